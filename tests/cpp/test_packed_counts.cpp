// Packed counts, in memory and in files, and views of counts: the same cells as
// the source's, and damaged files as errors.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "count_up.hpp"
#include "scvigor/error.hpp"
#include "scvigor/packed_counts.hpp"

using namespace scvigor;
using support::count_up;

namespace {

// Counts of every width a value can take; empty cells among them.
CsrBlock random_counts(std::int64_t n_cells, std::int64_t n_genes,
                       std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> percent(0, 99);
  const std::vector<float> values{1,     2,     3,     255,        256,
                                  65535, 65536, 0.25F, 16777216.0F};
  CsrBlock block;
  for (std::int64_t i = 0; i < n_cells; ++i) {
    const std::size_t n_kinds = 3 + 2 * static_cast<std::size_t>(i % 4);
    for (std::int64_t g = 0; i % 7 != 3 && g < n_genes; ++g) {
      if (percent(generator) >= 10) continue;
      block.genes.push_back(static_cast<std::int32_t>(g));
      block.values.push_back(
          values[static_cast<std::size_t>(percent(generator)) %
                 std::min(n_kinds, values.size())]);
    }
    block.end_cell();
  }
  return block;
}

CsrBlock read(const CountSource& source,
              const std::vector<std::int64_t>& cells) {
  CsrBlock block;
  source.read(cells.data(), static_cast<std::int64_t>(cells.size()), block);
  return block;
}

bool same(const CsrBlock& a, const CsrBlock& b) {
  return a.indptr == b.indptr && a.genes == b.genes && a.values == b.values;
}

// Cells of a block.
CsrBlock take(const CsrBlock& block, const std::vector<std::int64_t>& cells) {
  CsrBlock out;
  for (const auto cell : cells) {
    for (auto k = block.indptr[cell]; k < block.indptr[cell + 1]; ++k) {
      out.genes.push_back(block.genes[k]);
      out.values.push_back(block.values[k]);
    }
    out.end_cell();
  }
  return out;
}

struct TemporaryPath {
  explicit TemporaryPath(const std::string& name)
      : path((std::filesystem::temp_directory_path() /
              (name + std::to_string(std::random_device{}())))
                 .string()) {}
  ~TemporaryPath() { std::filesystem::remove(path); }
  std::string path;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("packed counts are those that were packed", "[packed]") {
  // Genes of 16 and of 32 bits.
  const auto n_genes = GENERATE(1, 50, 65536, 65537);
  const CsrBlock block = random_counts(30, n_genes, 1);
  const TemporaryPath file("scvigor-packed-");
  const auto in = GENERATE(0, 1, 2);
  CountPacker packer =
      in == 0   ? CountPacker(n_genes)
      : in == 1 ? CountPacker::in_temporary_file(
                      n_genes, std::filesystem::temp_directory_path().string())
                : CountPacker::in_file(n_genes, file.path, false);
  packer.append(take(block, {0, 1, 2}));
  packer.append(take(block, {}));
  packer.append(take(block, count_up(27, 3)));
  CHECK(packer.n_cells() == 30);
  const auto source = packer.finish();
  CHECK(source->n_cells() == 30);
  CHECK(source->n_genes() == n_genes);
  CHECK(same(read(*source, count_up(30)), block));
  const std::vector<std::int64_t> shuffled{29, 3, 3, 0, 12, 13, 14, 1};
  CHECK(same(read(*source, shuffled), take(block, shuffled)));
  CHECK(read(*source, {}).n_cells() == 0);
  if (in == 2) {
    const PackedFile opened = open_packed_file(file.path);
    CHECK(same(read(*opened.counts, shuffled), take(block, shuffled)));
  }
}

TEST_CASE("packing drops stored zeros", "[packed]") {
  CsrBlock block;
  block.genes = {0, 1, 2};
  block.values = {0.0F, 4.0F, -0.0F};
  block.end_cell();
  CountPacker packer(3);
  packer.append(block);
  const CsrBlock found = read(*packer.finish(), {0});
  CHECK(found.genes == std::vector<std::int32_t>{1});
  CHECK(found.values == std::vector<float>{4.0F});
}

TEST_CASE("packing keeps what counts cannot be, for others to find",
          "[packed]") {
  CsrBlock block;
  block.genes = {0, 1, 2};
  block.values = {-1.0F, std::numeric_limits<float>::quiet_NaN(),
                  std::numeric_limits<float>::infinity()};
  block.end_cell();
  CountPacker packer(3);
  packer.append(block);
  const CountSummary found = summarize_counts(*packer.finish());
  CHECK(found.n_negative == 1);
  CHECK(found.n_not_finite == 2);
}

TEST_CASE("cells that do not fit are refused while packing", "[packed]") {
  const auto refused = [](std::vector<std::int64_t> indptr,
                          std::vector<std::int32_t> genes) {
    CsrBlock block;
    block.indptr = std::move(indptr);
    block.values.assign(genes.size(), 1.0F);
    block.genes = std::move(genes);
    CountPacker packer(3);
    CHECK_THROWS_AS(packer.append(block), ArgumentError);
  };
  refused({0, 2}, {1, 1});
  refused({0, 2}, {2, 1});
  refused({0, 1}, {3});
  refused({0, 1}, {-1});
  refused({0, 2}, {1});
  refused({1, 1}, {1});
  refused({0, 2, 1}, {0});
  refused({}, {});
  CHECK_THROWS_AS(CountPacker(-1), ArgumentError);
}

TEST_CASE("a packed file keeps names", "[packed]") {
  const TemporaryPath file("scvigor-names-");
  const PackedNames names{{"A", "B\xc3\xa9"}, {"", "cell 2", "cell 3"}};
  CountPacker packer = CountPacker::in_file(2, file.path, false);
  packer.append(random_counts(3, 2, 2));
  CHECK_THROWS_AS(packer.finish({{"A"}, {}}), ArgumentError);
  packer.finish(names);
  const PackedFile found = open_packed_file(file.path);
  CHECK(found.names.genes == names.genes);
  CHECK(found.names.cells == names.cells);
}

TEST_CASE("a file that is not finished leaves nothing behind", "[packed]") {
  const TemporaryPath folder("scvigor-unfinished-");
  std::filesystem::create_directory(folder.path);
  const std::string path = folder.path + "/counts";
  {
    CountPacker packer = CountPacker::in_file(2, path, false);
    packer.append(random_counts(3, 2, 2));
  }
  CHECK(std::filesystem::is_empty(folder.path));
  write(path, "mine");
  CHECK_THROWS_AS(CountPacker::in_file(2, path, false), FileError);
  CountPacker packer = CountPacker::in_file(2, path, true);
  CHECK(bytes_of(path) == "mine");
  packer.append(random_counts(3, 2, 2));
  packer.finish();
  CHECK(open_packed_file(path).counts->n_cells() == 3);
  std::filesystem::remove(path);
  CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("packed counts in a file outlive its name", "[packed]") {
  const TemporaryPath file("scvigor-removed-");
  const CsrBlock block = random_counts(10, 20, 3);
  CountPacker packer = CountPacker::in_file(20, file.path, false);
  packer.append(block);
  const auto source = packer.finish();
  std::filesystem::remove(file.path);
  CHECK(same(read(*source, count_up(10)), block));
  CHECK_THROWS_AS(open_packed_file(file.path), FileError);
}

TEST_CASE("any damage of a packed file is an error", "[packed]") {
  const TemporaryPath file("scvigor-damaged-");
  const CsrBlock block = random_counts(12, 40, 4);
  CountPacker packer = CountPacker::in_file(40, file.path, false);
  packer.append(block);
  packer.finish({std::vector<std::string>(40, "gene"), {}});
  const std::string sound = bytes_of(file.path);

  // The file as it is, or an error: never other counts.
  const auto try_file = [&](const std::string& bytes) {
    write(file.path, bytes);
    try {
      const PackedFile found = open_packed_file(file.path);
      return same(read(*found.counts, count_up(found.counts->n_cells())),
                  block);
    } catch (const FileError&) {
      return true;
    }
  };
  for (std::size_t at = 0; at < sound.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      std::string bytes = sound;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      INFO("byte " << at << ", bit " << bit);
      CHECK(try_file(bytes));
    }
  for (std::size_t n = 0; n < sound.size(); n += 7) {
    INFO(n << " bytes");
    write(file.path, sound.substr(0, n));
    CHECK_THROWS_AS(open_packed_file(file.path), FileError);
  }
  CHECK(try_file(sound + "more"));

  SECTION("also while it is open") {
    write(file.path, sound);
    const PackedFile found = open_packed_file(file.path);
    std::filesystem::resize_file(file.path, 10);
    CHECK_THROWS_AS(read(*found.counts, count_up(12)), FileError);
  }
}

TEST_CASE("a view has the chosen cells and genes", "[packed]") {
  const CsrBlock block = random_counts(20, 30, 5);
  CountPacker packer(30);
  packer.append(block);
  const std::shared_ptr<const CountSource> source = packer.finish();

  const std::vector<std::int64_t> cells{4, 4, 19, 0};
  const auto some_cells = view_cells(source, cells);
  CHECK(some_cells->n_cells() == 4);
  CHECK(same(read(*some_cells, {2, 0}), take(block, {19, 4})));

  // In another order, one of them missing.
  const std::vector<std::int64_t> genes{29, 3, -1, 10, 0};
  const auto some_genes = view_genes(some_cells, genes);
  CHECK(some_genes->n_genes() == 5);
  const CsrBlock found = read(*some_genes, {0, 1, 2, 3});
  for (std::int64_t i = 0; i < 4; ++i) {
    std::vector<float> dense(5, 0.0F);
    for (std::size_t g = 0; g < genes.size(); ++g)
      for (auto k = block.indptr[cells[i]]; k < block.indptr[cells[i] + 1]; ++k)
        if (block.genes[k] == genes[g]) dense[g] = block.values[k];
    std::vector<float> from_view(5, 0.0F);
    for (auto k = found.indptr[i]; k < found.indptr[i + 1]; ++k) {
      CHECK((k == found.indptr[i] || found.genes[k] > found.genes[k - 1]));
      from_view[static_cast<std::size_t>(found.genes[k])] = found.values[k];
    }
    CHECK(dense == from_view);
  }
  CHECK_THROWS_AS(view_cells(source, {20}), ArgumentError);
  CHECK_THROWS_AS(view_cells(source, {-1}), ArgumentError);
  CHECK_THROWS_AS(view_genes(source, {30}), ArgumentError);
  CHECK_THROWS_AS(view_genes(source, {1, 2, 1}), ArgumentError);
}
