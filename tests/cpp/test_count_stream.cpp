// A matrix that is read cell by cell, from any layout: the same cells come out
// as when it is read as a whole.

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "data/bucketed_cells.hpp"
#include "error_from.hpp"
#include "scvigor/count_stream.hpp"

using namespace scvigor;
using support::H5Writer;
using support::SmallCounts;
using support::Storage;
using support::TemporaryFile;
using support::write_frames;
using support::write_small_counts;
using support::write_sparse;

namespace {

using Layout = CountLocation::Layout;

std::string temporary_folder() {
  return std::filesystem::temp_directory_path().string();
}

CountStream open(const CountLocation& location) {
  return CountStream(location, temporary_folder());
}

// All cells of a stream, as cells x genes.
std::vector<double> read_dense(CountStream& stream, std::int64_t n_genes,
                               std::int64_t* n_cells = nullptr) {
  std::vector<double> dense;
  CsrBlock block;
  while (stream.next(block))
    for (std::int64_t i = 0; i < block.n_cells(); ++i) {
      const std::size_t at = dense.size();
      dense.resize(at + static_cast<std::size_t>(n_genes));
      std::int32_t last = -1;
      for (auto k = block.indptr[i]; k < block.indptr[i + 1]; ++k) {
        const auto gene = block.genes[static_cast<std::size_t>(k)];
        REQUIRE(gene > last);
        REQUIRE(gene < n_genes);
        last = gene;
        dense[at + static_cast<std::size_t>(gene)] =
            block.values[static_cast<std::size_t>(k)];
      }
    }
  CHECK_FALSE(stream.next(block));
  if (n_cells) *n_cells = static_cast<std::int64_t>(dense.size()) / n_genes;
  return dense;
}

// `form` as in write_small_counts().
CountLocation place_of(const std::string& path, int form) {
  const Layout layouts[] = {Layout::kSparseByCells, Layout::kSparseByGenes,
                            Layout::kDense};
  return {path, layouts[form], "X", 4, 3};
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

// A folder that is gone with its owner.
struct TemporaryFolder {
  TemporaryFolder() : path(temporary_folder() + "/scvigor-XXXXXX") {
    REQUIRE(mkdtemp(path.data()));
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

constexpr const char* kMatrix =
    "%%MatrixMarket matrix coordinate integer general\n%\n3 4 5\n"
    "1 1 1\n3 1 2\n2 3 3\n3 3 300\n1 4 4\n";

}  // namespace

TEST_CASE("Count stream: every layout gives the same cells", "[stream]") {
  const hid_t type = GENERATE(as<hid_t>{}, H5T_IEEE_F32LE, H5T_STD_U16LE);
  const Storage plain{type, {}, 0, false};
  const Storage packed{type, {2}, 4, true};
  const Storage storage = GENERATE_COPY(plain, packed);
  const int form = GENERATE(0, 1, 2);
  const bool as_file = GENERATE(true, false);
  const TemporaryFile path;
  write_small_counts(path.path(), form, storage);
  CountStream stream =
      open(as_file ? CountLocation{path.path()} : place_of(path.path(), form));
  CHECK(stream.n_cells() == 4);
  CHECK(stream.n_genes() == 3);
  CHECK(stream.max_entries() == (form == 2 ? 12 : 5));
  CHECK(stream.cells().names.size() == (as_file ? 4u : 0u));
  CHECK(read_dense(stream, 3) == SmallCounts().dense);
  CHECK(stream.not_counts().n == 0);
}

TEST_CASE("Count stream: chosen genes and cells", "[stream]") {
  const int form = GENERATE(0, 1, 2);
  const TemporaryFile path;
  write_small_counts(path.path(), form, {});
  CountStream stream = open({path.path()});
  stream.keep({1, 0, 1, 1}, {1, 0, 1});
  CHECK(read_dense(stream, 2) == std::vector<double>{1, 2, 0, 300, 4, 0});
  CountStream none = open({path.path()});
  none.keep({0, 0, 0, 0}, {});
  std::int64_t n_cells = -1;
  read_dense(none, 3, &n_cells);
  CHECK(n_cells == 0);
  CountStream wrong = open({path.path()});
  CHECK_THROWS_AS(wrong.keep({1, 0}, {}), ArgumentError);
}

TEST_CASE("Count stream: entries of one gene are summed, unsorted ones sorted",
          "[stream]") {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    write_sparse(file, "X", true, {1, 2, 4, 8, 16}, {2, 0, 2, 1, 1},
                 {0, 3, 3, 5, 5});
  }
  CountStream stream = open({path.path()});
  CHECK(read_dense(stream, 3) ==
        std::vector<double>{2, 0, 5, 0, 0, 0, 0, 24, 0, 0, 0, 0});
}

TEST_CASE("Count stream: values that are not counts are found and named",
          "[stream]") {
  const double value =
      GENERATE(-1.0, 0.5, std::numeric_limits<double>::quiet_NaN(),
               std::numeric_limits<double>::infinity());
  const int form = GENERATE(0, 1, 2);
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    if (form == 0)
      write_sparse(file, "X", true, {1, value}, {0, 2}, {0, 1, 1, 2, 2});
    if (form == 1)
      write_sparse(file, "X", false, {1, value}, {0, 2}, {0, 1, 1, 2});
    if (form == 2)
      file.numbers("X", {1, 0, 0, 0, 0, 0, 0, 0, value, 0, 0, 0}, {4, 3});
  }
  CountStream stream = open({path.path(), Layout::kCountFile, "X"});
  read_dense(stream, 3);
  CHECK(stream.not_counts().n == 1);
  CHECK(stream.not_counts().cell == 2);
  CHECK(stream.not_counts().gene == 2);
  CHECK((std::isnan(value) ? std::isnan(stream.not_counts().value)
                           : stream.not_counts().value == value));
  // Where the matrix was not named, it must hold counts.
  CountStream automatic = open({path.path()});
  CHECK_THROWS_AS(read_dense(automatic, 3), FileError);
}

TEST_CASE("Count stream: buckets, in memory and in a file, give all cells",
          "[stream]") {
  std::mt19937 random(7);
  constexpr std::int32_t kCells = 700, kGenes = 90;
  std::vector<double> dense(std::size_t{kCells} * kGenes);
  for (double& value : dense)
    if (random() % 5 == 0) value = 1 + random() % 400;
  const bool by_cells = GENERATE(false, true);
  const std::int64_t cells_at_once = by_cells ? GENERATE(64, 700) : 700;
  BucketLimits limits;
  limits.bucket_entries = GENERATE(50, 1000, 1 << 20);
  limits.unwritten_entries = GENERATE(64, 1 << 20);
  limits.bytes_in_memory = GENERATE(0.0, 1e9);
  CountSelection selection;
  BucketedCells cells(kCells, kGenes, {cells_at_once, kCells * kGenes},
                      selection, temporary_folder(), limits);
  std::vector<double> found;
  CsrBlock out;
  const auto take = [&] {
    while (cells.take(out))
      for (std::int64_t i = 0; i < out.n_cells(); ++i) {
        const std::size_t at = found.size();
        found.resize(at + kGenes);
        for (auto k = out.indptr[i]; k < out.indptr[i + 1]; ++k)
          found[at + static_cast<std::size_t>(
                         out.genes[static_cast<std::size_t>(k)])] +=
              out.values[static_cast<std::size_t>(k)];
      }
  };
  const auto value_at = [&](std::int64_t cell, std::int64_t gene) {
    return dense[static_cast<std::size_t>(cell * kGenes + gene)];
  };
  // Columns of 30 genes of a group of cells after another.
  for (std::int64_t first = 0; first < kCells; first += cells_at_once)
    for (std::int64_t gene = 0; gene < kGenes; gene += 30) {
      const std::int64_t end =
          std::min<std::int64_t>(first + cells_at_once, kCells);
      EntryBlock block;
      block.by_cells = by_cells;
      block.first = static_cast<std::int32_t>(by_cells ? first : gene);
      const std::int64_t n_major = by_cells ? end - first : 30;
      const std::int64_t n_minor = by_cells ? 30 : end - first;
      for (std::int64_t a = 0; a < n_major; ++a) {
        const std::size_t before = block.values.size();
        for (std::int64_t b = 0; b < n_minor; ++b) {
          const std::int64_t cell = first + (by_cells ? a : b);
          const std::int64_t g = gene + (by_cells ? b : a);
          if (value_at(cell, g) == 0) continue;
          block.values.push_back(value_at(cell, g));
          block.indices.push_back(
              static_cast<std::int32_t>(by_cells ? g : cell));
        }
        block.lengths.push_back(
            static_cast<std::int32_t>(block.values.size() - before));
      }
      cells.add(PackedBlock(block));
      take();
    }
  cells.end();
  take();
  CHECK(found == dense);
}

TEST_CASE("Count stream: a Matrix Market file, alone and in a folder",
          "[stream]") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/matrix.mtx";
  write_text(path, kMatrix);
  CountStream alone = open({path});
  CHECK(alone.format() == CountFileFormat::kMatrixMarket);
  CHECK(alone.cells().names.empty());
  CHECK(read_dense(alone, 3) == SmallCounts().dense);
  write_text(folder.path + "/features.tsv",
             "E1\ta\tGene Expression\nE2\tb\tGene Expression\nE3\tc\tAb\n");
  write_text(folder.path + "/barcodes.tsv", "c1\nc2\nc3\nc4\n");
  CountStream stream = open({folder.path});
  CHECK(stream.genes().names == std::vector<std::string>{"E1", "E2", "E3"});
  REQUIRE(stream.genes().columns.size() == 3);
  CHECK(stream.genes().columns[1].text ==
        std::vector<std::string>{"a", "b", "c"});
  CHECK(stream.cells().names.size() == 4);
  CHECK(read_dense(stream, 3) == SmallCounts().dense);
  // By genes, or in no order.
  write_text(path,
             "%%MatrixMarket matrix coordinate real general\n3 4 5\n"
             "3 3 3e2\n1 4 4.0\n3 1 2\n1 1 1\n2 3 3");
  CountStream unsorted = open({folder.path});
  CHECK(read_dense(unsorted, 3) == SmallCounts().dense);
}

TEST_CASE("Count stream: what is wrong in a Matrix Market file is named",
          "[stream]") {
  const std::pair<const char*, const char*> cases[] = {
      {"%%MatrixMarket matrix array integer general\n3 4\n", "coordinate"},
      {"%%MatrixMarket matrix coordinate integer symmetric\n3 3 0\n",
       "general"},
      {"%%MatrixMarket matrix coordinate integer general\n", "incomplete"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4\n",
       "numbers of genes"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 2\n1 1 1\n",
       "1 of the 2"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 1\n1 1 1\n2 2 "
       "1\n",
       "Line 4"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 1\n4 1 1\n",
       "gene 4"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 1\n1 0 1\n",
       "cell 0"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 1\n1 x 1\n",
       "Line 3"},
      {"%%MatrixMarket matrix coordinate integer general\n3 4 1\n1 1\n",
       "Line 3"},
      {"%%MatrixMarket matrix coordinate integer general\n-3 4 0\n",
       "impossible"}};
  for (const auto& [text, expected] : cases) {
    const TemporaryFile path(".mtx");
    write_text(path.path(), text);
    const std::string error = support::error_from([&] {
      CountStream stream = open({path.path()});
      CsrBlock block;
      while (stream.next(block)) {
      }
    });
    CHECK_THAT(error, contains(expected));
  }
}

TEST_CASE("Count stream: a file that changes while it is read is an error",
          "[stream]") {
  const int change = GENERATE(0, 1, 2);
  const TemporaryFile path;
  write_small_counts(path.path(), 0, {});
  CountStream stream = open({path.path()});
  if (change == 0) std::ofstream(path.path(), std::ios::app) << "more";
  if (change == 1) std::filesystem::remove(path.path());
  if (change == 2)
    std::filesystem::last_write_time(
        path.path(),
        std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  CsrBlock block;
  const std::string error = support::error_from([&] {
    while (stream.next(block)) {
    }
  });
  CHECK_THAT(error, contains("changed while it was read"));
}

TEST_CASE("Count stream: one that is not read to its end leaves no process",
          "[stream]") {
  const TemporaryFile path;
  write_small_counts(path.path(), 0, {});
  for (int i = 0; i < 3; ++i) {
    const CountStream stream = open({path.path()});
    CHECK(stream.n_cells() == 4);
  }
}
