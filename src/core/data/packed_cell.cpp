#include "data/packed_cell.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "simd/dispatch.hpp"

namespace scvigor {
namespace {

// The narrowest width that keeps every value.
PackedCell::Width width_of(const float* values, std::int64_t n) {
  float max = 0.0F;
  bool are_counts = true;
  for (std::int64_t k = 0; k < n; ++k) {
    const bool is_inside = values[k] >= 0.0F && values[k] <= 65535.0F;
    const auto whole = static_cast<std::int32_t>(is_inside ? values[k] : 0.0F);
    are_counts =
        are_counts && is_inside && static_cast<float>(whole) == values[k];
    max = std::max(max, values[k]);
  }
  if (!are_counts) return PackedCell::kFloat32;
  return max <= 255.0F ? PackedCell::kU8 : PackedCell::kU16;
}

template <class To, class From>
void store(const From* from, std::int64_t n, char* to) {
  for (std::int64_t k = 0; k < n; ++k) {
    const auto value = static_cast<To>(from[k]);
    std::memcpy(to + k * static_cast<std::int64_t>(sizeof value), &value,
                sizeof value);
  }
}

template <class From, class To>
SCVIGOR_INLINE void load(const unsigned char* from, std::int64_t n, To* to) {
#pragma omp simd
  for (std::int64_t k = 0; k < n; ++k) {
    From value;
    std::memcpy(&value, from + k * static_cast<std::int64_t>(sizeof value),
                sizeof value);
    to[k] = static_cast<To>(value);
  }
}

SCVIGOR_INLINE void unpack_body(const unsigned char* bytes, std::int64_t n,
                                std::int64_t gene_bytes, int value_bytes,
                                std::int32_t* genes, float* values) {
  if (gene_bytes == 2)
    load<std::uint16_t>(bytes, n, genes);
  else
    load<std::int32_t>(bytes, n, genes);
  bytes += n * gene_bytes;
  if (value_bytes == PackedCell::kU8)
    load<std::uint8_t>(bytes, n, values);
  else if (value_bytes == PackedCell::kU16)
    load<std::uint16_t>(bytes, n, values);
  else
    load<float>(bytes, n, values);
}
SCVIGOR_KERNEL(unpack, unpack_body,
               (const unsigned char* bytes, std::int64_t n,
                std::int64_t gene_bytes, int value_bytes, std::int32_t* genes,
                float* values),
               (bytes, n, gene_bytes, value_bytes, genes, values))

}  // namespace

PackedCell pack_cell(const std::int32_t* genes, const float* values,
                     std::int64_t n_counts, std::int64_t n_genes,
                     std::string& bytes) {
  PackedCell cell;
  cell.n_counts = static_cast<std::uint32_t>(n_counts);
  cell.width = width_of(values, n_counts);
  bytes.resize(static_cast<std::size_t>(n_bytes(cell, n_genes)));
  if (gene_width(n_genes) == 2)
    store<std::uint16_t>(genes, n_counts, bytes.data());
  else
    store<std::int32_t>(genes, n_counts, bytes.data());
  char* packed = bytes.data() + n_counts * gene_width(n_genes);
  if (cell.width == PackedCell::kU8)
    store<std::uint8_t>(values, n_counts, packed);
  else if (cell.width == PackedCell::kU16)
    store<std::uint16_t>(values, n_counts, packed);
  else
    store<float>(values, n_counts, packed);
  cell.checksum = crc32_of(bytes.data(), n_bytes(cell, n_genes));
  return cell;
}

void unpack_cell(const PackedCell& cell, const unsigned char* bytes,
                 std::int64_t n_genes, std::int32_t* genes, float* values) {
  unpack(bytes, cell.n_counts, gene_width(n_genes), cell.width, genes, values);
}

std::uint32_t crc32_of(const void* bytes, std::int64_t n) {
  return static_cast<std::uint32_t>(
      crc32_z(0, static_cast<const unsigned char*>(bytes),
              static_cast<std::size_t>(n)));
}

}  // namespace scvigor
