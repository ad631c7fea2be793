#ifndef SCVIGOR_CORE_IO_COUNTS_ENTRY_BLOCK_HPP
#define SCVIGOR_CORE_IO_COUNTS_ENTRY_BLOCK_HPP

#include <cstdint>
#include <functional>
#include <vector>

#include "io/isolation/wire.hpp"

namespace scvigor {

// Some entries of a matrix of counts, as a file has them: run by run, each of
// one cell, or of one gene where the file keeps the matrix by genes.
struct EntryBlock {
  bool by_cells = true;
  std::int32_t first = 0;             // the cell (gene) of the first run
  std::vector<std::int32_t> lengths;  // of the runs of it and of those after it
  std::vector<std::int32_t> indices;  // genes (cells) of the entries
  std::vector<double> values;

  void clear();
};
using EntrySink = std::function<void(const EntryBlock&)>;

// Numbers in the narrowest of these types that holds them all.
class PackedNumbers {
 public:
  enum class Type : std::uint8_t { kU8, kU16, kI32, kF64 };

  PackedNumbers() = default;
  explicit PackedNumbers(const std::vector<double>& numbers);
  explicit PackedNumbers(const std::vector<std::int32_t>& numbers);

  std::size_t size() const { return bytes_.size() / width(type_); }
  // Counts that are known to be whole and not negative.
  bool are_counts() const { return type_ != Type::kF64; }

  // Calls visit(numbers) with an array of the type.
  template <class Visit>
  void visit(Visit&& visit) const {
    switch (type_) {
      case Type::kU8:
        return visit(reinterpret_cast<const std::uint8_t*>(bytes_.data()));
      case Type::kU16:
        return visit(reinterpret_cast<const std::uint16_t*>(bytes_.data()));
      case Type::kI32:
        return visit(reinterpret_cast<const std::int32_t*>(bytes_.data()));
      case Type::kF64:
        return visit(reinterpret_cast<const double*>(bytes_.data()));
    }
  }

  void put(WireWriter& writer) const;
  void get(WireReader& reader);

 private:
  static std::size_t width(Type type);
  template <class Narrow, class Wide>
  void assign(Type type, const std::vector<Wide>& numbers);

  Type type_ = Type::kU8;
  std::vector<unsigned char> bytes_;
};

// An EntryBlock on its way from one process to the other, and kept: some three
// bytes for an entry.
struct PackedBlock {
  PackedBlock() = default;
  explicit PackedBlock(const EntryBlock& block);

  bool by_cells = true;
  std::int32_t first = 0;
  std::vector<std::int32_t> lengths;
  PackedNumbers indices;
  PackedNumbers values;
};
void put(WireWriter& writer, const PackedBlock& block);
// Throws a FileError unless the parts of what arrives fit together.
PackedBlock get_block(WireReader& reader);
// Throws a FileError unless all of its cells and genes exist.
void check_block(const PackedBlock& block, std::int64_t n_cells,
                 std::int64_t n_genes);

// A child process whose library went wrong sends anything.
[[noreturn]] void fail_inconsistent();

}  // namespace scvigor

#endif
