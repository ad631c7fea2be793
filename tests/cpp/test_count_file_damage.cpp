// Count files that are wrong: every one is a FileError that says why.

#include <filesystem>
#include <random>

#include "catch.hpp"
#include "count_file_reader.hpp"
#include "count_file_writer.hpp"
#include "error_from.hpp"
#include "scvigor/count_file.hpp"

using namespace scvigor;
using support::H5Writer;
using support::SmallCounts;
using support::Storage;
using support::TemporaryFile;
using support::write_frame;
using support::write_frames;
using support::write_h5ad;
using support::write_sparse;

namespace {

// What is wrong with a file, or with its one column.
std::string error_of(const std::string& path) {
  std::string reason;
  const std::string error = support::error_from([&] {
    const CountFile file(path);
    support::read_entries(file);
    if (!file.cells().skipped.empty()) reason = file.cells().skipped[0].reason;
  });
  return reason.empty() ? error : reason;
}

// The error of SmallCounts with other arrays.
std::string error_of_sparse(const std::vector<double>& data,
                            const std::vector<double>& indices,
                            const std::vector<double>& indptr,
                            const std::vector<std::int64_t>& shape = {4, 3},
                            bool by_cells = true) {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    write_sparse(file, "X", by_cells, data, indices, indptr, shape);
  }
  return error_of(path.path());
}

}  // namespace

TEST_CASE("Damaged count file: no HDF5 at all") {
  const TemporaryFile path;
  CHECK_THAT(error_of(path.path()), contains("There is no file"));
  CHECK_THAT(error_of(std::filesystem::temp_directory_path().string()),
             contains("is a directory"));
  const std::vector<std::pair<std::string, std::string>> guesses{
      {"", "it is empty"},
      {"gene,cell\n1,2\n", "it is a text"},
      {std::string("\1\2\3", 3), "does not begin as one"},
      {"\x1f\x8b\x08", "gzip-compressed"},
      {"PK\x03\x04...", "zip archive"}};
  for (const auto& [bytes, guess] : guesses) {
    path.write(bytes);
    CHECK_THAT(error_of(path.path()),
               contains("not an HDF5 file") && contains(guess));
  }
}

TEST_CASE("Damaged count file: HDF5 of something else") {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    file.group("weights");
  }
  CHECK_THAT(error_of(path.path()),
             contains("neither an .h5ad") && contains("weights"));
}

TEST_CASE("Damaged count file: the three arrays do not fit together") {
  const SmallCounts s;
  CHECK(error_of_sparse(s.data, s.indices, s.indptr) == "no error");
  for (const bool by_cells : {true, false}) {
    const std::vector<std::int64_t> shape =
        by_cells ? std::vector<std::int64_t>{4, 3}
                 : std::vector<std::int64_t>{3, 4};
    const auto error = [&](const std::vector<double>& data,
                           const std::vector<double>& indices,
                           const std::vector<double>& indptr) {
      const TemporaryFile path;
      {
        H5Writer file(path.path());
        if (by_cells) {
          write_frames(file);
        } else {
          write_frame(file, "obs", {"c1", "c2", "c3"});
          write_frame(file, "var", {"g1", "g2", "g3", "g4"});
        }
        write_sparse(file, "X", by_cells, data, indices, indptr, shape);
      }
      return error_of(path.path());
    };
    CHECK(error(s.data, s.indices, s.indptr) == "no error");
    CHECK_THAT(error(s.data, s.indices, {0, 2, 1, 4, 5}),
               contains("`X/indptr`") && contains("must ascend"));
    CHECK_THAT(error(s.data, s.indices, {1, 2, 2, 4, 5}),
               contains("must ascend"));
    CHECK_THAT(error(s.data, s.indices, {0, 2, 2, 4, 6}),
               contains("6 entries by the end of `indptr`"));
    CHECK_THAT(error(s.data, s.indices, {0, -7, 2, 4, 5}),
               contains("must ascend"));
    CHECK_THAT(error(s.data, s.indices, {0, 2, 2, 5}),
               contains("has 4 elements") && contains("5"));
    CHECK_THAT(error(s.data, {0, 2, 1, 3, 0}, s.indptr),
               contains("`X/indices`") && contains("from 0 to 2"));
    CHECK_THAT(error(s.data, {0, 2, -1, 2, 0}, s.indptr),
               contains("from 0 to 2"));
    CHECK_THAT(error(s.data, {0, 2, 1, 2}, s.indptr),
               contains("5 values, but 4 indices"));
  }
  CHECK_THAT(error_of_sparse(s.data, s.indices, s.indptr, {4, 2}),
             contains("`X/indices`") || contains("3 genes"));
  CHECK_THAT(error_of_sparse(s.data, s.indices, s.indptr, {-4, 3}),
             contains("impossible shape"));
  CHECK_THAT(
      error_of_sparse(s.data, s.indices, s.indptr, {4, std::int64_t{1} << 40}),
      contains("impossible shape"));
}

TEST_CASE("Damaged count file: tables do not fit the matrix") {
  const SmallCounts s;
  const TemporaryFile path;
  const auto error = [&](const std::function<void(H5Writer&)>& spoil) {
    {
      H5Writer file(path.path());
      write_sparse(file, "X", true, s.data, s.indices, s.indptr);
      write_frame(file, "obs", {"c1", "c2", "c3", "c4"}, {"batch"});
      spoil(file);
      if (H5Lexists(file.id(), "var", H5P_DEFAULT) <= 0)
        write_frame(file, "var", {"g1", "g2", "g3"});
    }
    return error_of(path.path());
  };
  const auto batch = [&](const std::vector<double>& codes,
                         const std::vector<std::string>& categories) {
    return error([&](H5Writer& file) {
      file.group("obs/batch");
      file.attribute("obs/batch", "encoding-type", std::string("categorical"));
      file.text("obs/batch/categories", categories);
      file.numbers("obs/batch/codes", codes, {}, {H5T_STD_I8LE, {}});
    });
  };
  // One column costs no more than itself.
  CHECK(batch({0, 1, 1, 0}, {"a", "b"}) == "no error");
  CHECK_THAT(batch({0, 1, 2, 0}, {"a", "b"}), contains("holds code 2"));
  CHECK_THAT(batch({0, 1, -2, 0}, {"a", "b"}), contains("holds code -2"));
  CHECK(batch({0, 1, 1, 0}, {"a", "a"}) == "no error");
  CHECK_THAT(batch({0, 1, 1}, {"a", "b"}), contains("3 values for 4 rows"));
  CHECK_THAT(error([](H5Writer&) {}), contains("lists a column `batch`"));
  CHECK_THAT(error([](H5Writer& file) {
               file.numbers("obs/batch", {1, 2, 3, 4});
               write_frame(file, "var", {"g1"});
             }),
             contains("names 1 genes") && contains("has 3"));
  CHECK_THAT(error([](H5Writer& file) {
               file.group("obs/batch");
               file.attribute("obs/batch", "encoding-type",
                              std::string("nullable-integer"));
               file.numbers("obs/batch/values", {1, 2, 3, 4});
               file.booleans("obs/batch/mask", {true});
             }),
             contains("mask"));
}

TEST_CASE("Damaged count file: no memory for what a file cannot hold") {
  const TemporaryFile path;
  {
    H5Writer file(path.path());
    write_frames(file);
    file.group("X");
    file.attribute("X", "encoding-type", std::string("csr_matrix"));
    file.attribute("X", "shape", std::vector<std::int64_t>{4, 3});
    file.numbers("X/indptr", {0, 0, 0, 0, 2e9}, {}, {H5T_STD_I64LE, {}});
    // No chunk is ever written.
    file.numbers("X/data", {}, {2000000000}, {H5T_IEEE_F32LE, {1000}});
    file.numbers("X/indices", {}, {2000000000}, {H5T_STD_I32LE, {1000}});
  }
  CHECK_THAT(error_of(path.path()), contains("claims 2000000000 values"));
}

TEST_CASE("Damaged count file: links do not lead out of the file") {
  const TemporaryFile path, other;
  write_h5ad(other.path());
  {
    H5Writer file(path.path());
    write_frames(file);
    H5Lcreate_external(other.path().c_str(), "/X", file.id(), "X", H5P_DEFAULT,
                       H5P_DEFAULT);
  }
  CHECK_THAT(error_of(path.path()),
             contains("`X`") && contains("a link into another file"));
}

// Bit flips, wild bytes, holes and truncations. Most must be noticed, none
// may harm this process. HDF5 1.10 crashes on about one in twenty.
TEST_CASE("Damaged count file: mutations") {
  const TemporaryFile good, path;
  const bool packed = GENERATE(false, true);
  write_h5ad(good.path(), packed ? Storage{-1, {3}, 6, true} : Storage{});
  const std::string bytes = good.bytes();
  int n_errors = 0;
  const int n_mutations = 200;
  for (int k = 0; k < n_mutations; ++k) {
    std::mt19937 random(static_cast<unsigned>(k));
    const auto below = [&](std::size_t n) { return random() % n; };
    std::string mutated = bytes;
    const std::size_t at = below(bytes.size());
    if (k % 4 == 0) mutated.resize(at);
    if (k % 4 == 1)
      for (int flips = 0; flips < 8; ++flips)
        mutated[below(bytes.size())] ^= static_cast<char>(1 << below(8));
    if (k % 4 == 2)
      for (int wild = 0; wild < 4; ++wild)
        mutated[below(bytes.size())] = static_cast<char>(below(256));
    if (k % 4 == 3) mutated.replace(at, 64, 64, '\xff');
    path.write(mutated);
    CAPTURE(k);
    const std::string error = error_of(path.path());
    n_errors += error != "no error";
    CHECK_FALSE(error.empty());
  }
  CHECK(n_errors > n_mutations / 2);
}
