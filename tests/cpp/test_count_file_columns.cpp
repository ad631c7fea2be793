// Columns of a table of cells: what AnnData and rhdf5 may write, and others.

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "scvigor/count_file.hpp"

using namespace scvigor;
using support::H5Writer;
using support::SmallCounts;
using support::TemporaryFile;
using support::write_frame;

namespace {

using Kind = AnnotationColumn::Kind;

// The column `value` of obs; a kind of kText without values when it was
// skipped, with the reason as its name.
AnnotationColumn column_with(const std::function<void(H5Writer&)>& add) {
  const TemporaryFile path;
  {
    const SmallCounts small;
    H5Writer file(path.path());
    write_frame(file, "obs", {"c1", "c2", "c3", "c4"}, {"value"});
    write_frame(file, "var", {"g1", "g2", "g3"});
    file.numbers("X", small.dense, {4, 3});
    add(file);
  }
  const CountFile file(path.path());
  CHECK(file.n_entries() == 5);
  if (!file.cells().columns.empty()) return file.cells().columns[0];
  REQUIRE(file.cells().skipped.size() == 1);
  AnnotationColumn skipped;
  skipped.name = file.cells().skipped[0].reason;
  return skipped;
}

void write_group(H5Writer& file, const std::string& path,
                 const std::string& encoding) {
  file.group(path);
  file.attribute(path, "encoding-type", encoding);
}

}  // namespace

TEST_CASE("Count file: categories of every kind") {
  const auto categorical = [](const std::function<void(H5Writer&)>& add,
                              const std::vector<double>& codes) {
    return column_with([&](H5Writer& file) {
      write_group(file, "obs/value", "categorical");
      add(file);
      file.numbers("obs/value/codes", codes, {}, {H5T_STD_I8LE, {}});
    });
  };
  const std::string at = "obs/value/categories";
  const auto floats = categorical(
      [&](H5Writer& file) {
        file.numbers(at, {0.3, 0.30000000000000004, 1e6});
      },
      {0, 1, -1, 2});
  CHECK(floats.text ==
        std::vector<std::string>{"0.3", "0.30000000000000004", "1000000"});
  CHECK(floats.codes == std::vector<std::int32_t>{0, 1, 0, 2});
  CHECK(floats.missing == std::vector<std::int8_t>{0, 0, 1, 0});
  const auto same = categorical(
      [&](H5Writer& file) {
        file.text(at, {"a", "b", "a"});
      },
      {0, 1, 2, 2});
  CHECK(same.text == std::vector<std::string>{"a", "b"});
  CHECK(same.codes == std::vector<std::int32_t>{0, 1, 0, 0});
  const auto flags = categorical(
      [&](H5Writer& file) {
        file.booleans(at, {false, true});
      },
      {1, 0, 0, 1});
  CHECK(flags.text == std::vector<std::string>{"FALSE", "TRUE"});
  const auto nullable = categorical(
      [&](H5Writer& file) {
        write_group(file, at, "nullable-string-array");
        file.text(at + "/values", {"x", "", "y"});
        file.booleans(at + "/mask", {false, true, false});
      },
      {0, 1, 2, 2});
  CHECK(nullable.text == std::vector<std::string>{"x", "y"});
  CHECK(nullable.codes == std::vector<std::int32_t>{0, 0, 1, 1});
  CHECK(nullable.missing == std::vector<std::int8_t>{0, 1, 0, 0});
}

TEST_CASE("Count file: columns that are skipped, and why") {
  CHECK_THAT(column_with([](H5Writer& file) {
               write_group(file, "obs/value", "awkward-array");
             }).name,
             contains("awkward-array") && !contains("\"/"));
  CHECK_THAT(column_with([](H5Writer& file) {
               file.numbers("obs/value", std::vector<double>(8), {4, 2});
             }).name,
             contains("2 dimensions"));
  CHECK_THAT(column_with([](H5Writer& file) {
               H5Lcreate_external("other.h5", "/x", file.id(), "obs/value",
                                  H5P_DEFAULT, H5P_DEFAULT);
             }).name,
             contains("link into another file"));
  CHECK_THAT(
      column_with([](H5Writer& file) {
        const hsize_t n = 4;
        const h5::Handle type(H5Tcreate(H5T_OPAQUE, 3));
        const h5::Handle space(H5Screate_simple(1, &n, nullptr));
        h5::Handle(H5Dcreate2(file.id(), "obs/value", type.get(), space.get(),
                              H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      }).name,
      contains("raw bytes"));
}

TEST_CASE("Count file: integers that R cannot hold") {
  const auto read_column = [](const std::vector<std::int64_t>& values) {
    return column_with([&](H5Writer& file) {
      const hsize_t n = values.size();
      const h5::Handle space(H5Screate_simple(1, &n, nullptr));
      const h5::Handle data(H5Dcreate2(file.id(), "obs/value", H5T_STD_I64LE,
                                       space.get(), H5P_DEFAULT, H5P_DEFAULT,
                                       H5P_DEFAULT));
      H5Dwrite(data.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
               values.data());
    });
  };
  CHECK(read_column({1, -2, 3, 4}).kind == Kind::kInteger);
  const auto large = read_column({2024010112000001, 2024010112000002, 1, 2});
  CHECK(large.kind == Kind::kNumber);
  CHECK(large.numbers[1] - large.numbers[0] == 1);
  const auto larger = read_column({9007199254740993, 9007199254740992, 1, -2});
  CHECK(larger.text == std::vector<std::string>{"9007199254740993",
                                                "9007199254740992", "1", "-2"});
}
