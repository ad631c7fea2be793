#ifndef SCVIGOR_CORE_DATA_PACKED_CELL_HPP
#define SCVIGOR_CORE_DATA_PACKED_CELL_HPP

#include <cstdint>
#include <string>

namespace scvigor {

// The counts of one cell as bytes: its genes, then their values, in the
// narrowest type that holds them, some three bytes for a count.
struct PackedCell {
  // The number of bytes of a value; float32 where some are not whole numbers
  // from 0 to 65535.
  enum Width : std::uint8_t { kU8 = 1, kU16 = 2, kFloat32 = 4 };

  std::int64_t begin = 0;  // in the store
  std::uint32_t n_counts = 0;
  std::uint32_t checksum = 0;  // CRC-32 of the bytes
  Width width = kU8;           // of a value
  std::uint8_t reserved[7] = {};
};
static_assert(sizeof(PackedCell) == 24, "as inst/format describes it");

// The width of a gene's number.
constexpr std::int64_t gene_width(std::int64_t n_genes) {
  return n_genes <= 0x10000 ? 2 : 4;
}

inline std::int64_t n_bytes(const PackedCell& cell, std::int64_t n_genes) {
  return std::int64_t{cell.n_counts} * (gene_width(n_genes) + cell.width);
}

// Replaces `bytes`. genes, values: n_counts; genes ascend.
PackedCell pack_cell(const std::int32_t* genes, const float* values,
                     std::int64_t n_counts, std::int64_t n_genes,
                     std::string& bytes);

// genes, values: room for n_counts.
void unpack_cell(const PackedCell& cell, const unsigned char* bytes,
                 std::int64_t n_genes, std::int32_t* genes, float* values);

std::uint32_t crc32_of(const void* bytes, std::int64_t n);

}  // namespace scvigor

#endif
