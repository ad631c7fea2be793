#include "io/counts/entry_block.hpp"

#include <algorithm>
#include <limits>

#include "scvigor/error.hpp"

namespace scvigor {

namespace {

// The largest of them where all are whole numbers from 0 that 32 bits hold,
// otherwise -1. A negative 0 is kept as it is.
double max_of_counts(const std::vector<double>& numbers) {
  constexpr double kMax = std::numeric_limits<std::int32_t>::max();
  double max = 0;
  bool are_counts = true;
  for (const double number : numbers) {
    const bool is_inside = number >= 0 && number <= kMax;
    const auto whole = static_cast<std::int32_t>(is_inside ? number : 0.0);
    are_counts =
        are_counts && is_inside && static_cast<double>(whole) == number;
    max = std::max(max, number);
  }
  return are_counts ? max : -1;
}

}  // namespace

void fail_inconsistent() {
  throw FileError(
      "What was read of the file does not fit together: it is probably "
      "damaged.");
}

void EntryBlock::clear() {
  lengths.clear();
  indices.clear();
  values.clear();
}

std::size_t PackedNumbers::width(Type type) {
  switch (type) {
    case Type::kU8:
      return 1;
    case Type::kU16:
      return 2;
    case Type::kI32:
      return 4;
    case Type::kF64:
      return 8;
  }
  return 1;
}

template <class Narrow, class Wide>
void PackedNumbers::assign(Type type, const std::vector<Wide>& numbers) {
  type_ = type;
  bytes_.resize(numbers.size() * sizeof(Narrow));
  auto* out = reinterpret_cast<Narrow*>(bytes_.data());
  for (std::size_t k = 0; k < numbers.size(); ++k)
    out[k] = static_cast<Narrow>(numbers[k]);
}

PackedNumbers::PackedNumbers(const std::vector<double>& numbers) {
  const double max = max_of_counts(numbers);
  if (max < 0)
    assign<double>(Type::kF64, numbers);
  else if (max <= 0xff)
    assign<std::uint8_t>(Type::kU8, numbers);
  else if (max <= 0xffff)
    assign<std::uint16_t>(Type::kU16, numbers);
  else
    assign<std::int32_t>(Type::kI32, numbers);
}

PackedNumbers::PackedNumbers(const std::vector<std::int32_t>& numbers) {
  const bool are_narrow = std::all_of(
      numbers.begin(), numbers.end(),
      [](std::int32_t number) { return number >= 0 && number <= 0xffff; });
  if (are_narrow)
    assign<std::uint16_t>(Type::kU16, numbers);
  else
    assign<std::int32_t>(Type::kI32, numbers);
}

void PackedNumbers::put(WireWriter& writer) const {
  writer.put(type_);
  writer.put(bytes_);
}

void PackedNumbers::get(WireReader& reader) {
  reader.get(type_);
  reader.get(bytes_);
  if (type_ > Type::kF64 || bytes_.size() % width(type_) != 0)
    fail_inconsistent();
}

PackedBlock::PackedBlock(const EntryBlock& block)
    : by_cells(block.by_cells),
      first(block.first),
      lengths(block.lengths),
      indices(block.indices),
      values(block.values) {}

void put(WireWriter& writer, const PackedBlock& block) {
  writer.put(block.by_cells);
  writer.put(block.first);
  writer.put(block.lengths);
  block.indices.put(writer);
  block.values.put(writer);
}

PackedBlock get_block(WireReader& reader) {
  PackedBlock block;
  reader.get(block.by_cells);
  reader.get(block.first);
  reader.get(block.lengths);
  block.indices.get(reader);
  block.values.get(reader);
  std::size_t total = 0;
  for (const std::int32_t length : block.lengths) {
    if (length < 0) total = std::numeric_limits<std::size_t>::max() / 2;
    total += static_cast<std::size_t>(std::max(length, 0));
  }
  if (block.values.size() != total || block.indices.size() != total)
    fail_inconsistent();
  return block;
}

void check_block(const PackedBlock& block, std::int64_t n_cells,
                 std::int64_t n_genes) {
  const std::int64_t n_runs = static_cast<std::int64_t>(block.lengths.size());
  const std::int64_t n_major = block.by_cells ? n_cells : n_genes;
  const std::int64_t n_minor = block.by_cells ? n_genes : n_cells;
  if (block.first < 0 || block.first + n_runs > n_major) fail_inconsistent();
  block.indices.visit([&](const auto* indices) {
    for (std::size_t k = 0; k < block.indices.size(); ++k)
      if (!(indices[k] >= 0 &&
            static_cast<double>(indices[k]) < static_cast<double>(n_minor)))
        fail_inconsistent();
  });
}

}  // namespace scvigor
