// Model files: what is written is read; what is damaged is a FileError.

#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <numeric>
#include <random>

#include "catch.hpp"
#include "count_file_writer.hpp"
#include "error_from.hpp"
#include "io/model_file/value_file.hpp"
#include "scvigor/model_file.hpp"
#include "util/atomic_file.hpp"
#include "util/file_bytes.hpp"

using namespace scvigor;
using support::H5Writer;
using support::TemporaryFile;
using Kind = FileValue::Kind;

namespace {

FileValue numbers(std::vector<double> values,
                  std::vector<std::int64_t> shape = {}) {
  FileValue value;
  value.kind = Kind::kNumber;
  value.numbers = std::move(values);
  value.shape = std::move(shape);
  return value;
}

FileValue whole(Kind kind, std::vector<std::int32_t> values) {
  FileValue value;
  value.kind = kind;
  value.whole = std::move(values);
  return value;
}

FileValue text(std::vector<std::string> values,
               std::vector<bool> missing = {}) {
  FileValue value;
  value.kind = Kind::kText;
  value.text = std::move(values);
  value.missing = std::move(missing);
  return value;
}

FileValue list(std::vector<FileValue> members,
               std::vector<std::string> names = {}) {
  FileValue value;
  value.kind = Kind::kList;
  value.members = std::move(members);
  value.names = std::move(names);
  return value;
}

void check_equal(const FileValue& found, const FileValue& expected) {
  CHECK(found.kind == expected.kind);
  CHECK(found.names == expected.names);
  CHECK(found.whole == expected.whole);
  CHECK(found.shape == expected.shape);
  REQUIRE(found.numbers.size() == expected.numbers.size());
  for (std::size_t i = 0; i < found.numbers.size(); ++i)
    CHECK((found.numbers[i] == expected.numbers[i] ||
           (std::isnan(found.numbers[i]) && std::isnan(expected.numbers[i]))));
  REQUIRE(found.members.size() == expected.members.size());
  for (std::size_t i = 0; i < found.members.size(); ++i)
    check_equal(found.members[i], expected.members[i]);
  REQUIRE(found.text.size() == expected.text.size());
  for (std::size_t i = 0; i < found.text.size(); ++i) {
    const bool gone = !expected.missing.empty() && expected.missing[i];
    CHECK((!found.missing.empty() && found.missing[i]) == gone);
    if (!gone) CHECK(found.text[i] == expected.text[i]);
  }
}

FileValue everything() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  std::vector<double> many(300000);
  std::iota(many.begin(), many.end(), 0.5);
  return list(
      {numbers({0.1, -inf, nan, 1e300}), numbers({0.5, 2.25, -inf}),
       numbers({1, 2, 3, 4, 5, 6}, {2, 3}), numbers({1, 2}, {2}), numbers({}),
       numbers({}, {0, 4}), numbers(many, {1000, 300}),
       whole(Kind::kInteger, {1, -7, FileValue::kMissing, 2147483647}),
       whole(Kind::kLogical, {1, 0, FileValue::kMissing}),
       text({"a", "", "longer \xC3\xA4", "NA"}),
       text({"NA", "", "x"}, {false, true, false}), text({}), FileValue(),
       list({}), list({numbers({1}), FileValue(), list({text({"deep"})})}),
       list({numbers({1}), numbers({2}), numbers({3}), numbers({4})},
            {"a/b", ".", "", "50%2F"})},
      {"wide", "narrow", "matrix", "array", "empty", "no rows", "large",
       "whole", "logical", "text", "some missing", "no text", "null", "list",
       "unnamed", "names"});
}

std::string error_of(const std::string& path) {
  return support::error_from([&] { read_model_file(path); });
}

}  // namespace

TEST_CASE("Model file: what is written is read, in its order") {
  const TemporaryFile path(".h5");
  const FileValue model = everything();
  write_model_file(path.path(), model, list({}), "a test", false);
  const ModelFile found = read_model_file(path.path());
  CHECK(found.version == kModelFileVersion);
  CHECK(found.writer == "a test");
  check_equal(found.model, model);
}

TEST_CASE("Model file: any name of a member survives") {
  for (const std::string name :
       {"", ".", "..", "/", "%", "%2F", "a/b%", "%%", "z_encoder.weight"}) {
    const std::string link = to_link_name(name);
    CHECK(link.find('/') == std::string::npos);
    CHECK_FALSE(link.empty());
    CHECK(from_link_name(link) == name);
  }
}

TEST_CASE("Model file: nothing is overwritten unasked") {
  const TemporaryFile path(".h5");
  path.write("mine");
  const FileValue model = list({numbers({1})}, {"a"});
  CHECK_THROWS_WITH(write_model_file(path.path(), model, list({}), "", false),
                    contains("exists already"));
  CHECK(path.bytes() == "mine");
  write_model_file(path.path(), model, list({}), "", true);
  CHECK(read_model_file(path.path()).model.names == model.names);
}

namespace {

// What may be written to one file, while it lives. The signal that comes with
// it would end the process.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_DFL)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

// The lowest descriptor that is free: a leak raises it.
int free_descriptor() {
  const int found = dup(STDERR_FILENO);
  close(found);
  return found;
}

}  // namespace

TEST_CASE("SL01 A write that fails leaves the old file and nothing else") {
  namespace fs = std::filesystem;
  const TemporaryFile folder;
  fs::create_directory(folder.path());
  const std::string path = folder.path() + "/model.h5";
  const FileValue model = list({numbers({1})}, {"a"});
  write_model_file(path, model, list({}), "a test", false);
  // numbers that do not become few when they are compressed
  std::vector<double> many(100000);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i] = std::sin(static_cast<double>(i));
  const FileValue large = list({numbers(many)}, {"a"});
  const int descriptor = free_descriptor();
  for (const std::string name : {"model.h5", "new.h5"}) {
    const SizeLimit limit(20000);
    CHECK_THROWS_WITH(write_model_file(folder.path() + "/" + name, large,
                                       list({}), "", name == "model.h5"),
                      contains("Cannot write \"" + folder.path() + "/" + name +
                               "\": File too large"));
  }
  CHECK(free_descriptor() == descriptor);
  check_equal(read_model_file(path).model, model);
  CHECK(std::distance(fs::directory_iterator(folder.path()),
                      fs::directory_iterator()) == 1);
  for (const std::string& wrong :
       {folder.path() + "/no/where", folder.path(), path + "/below"})
    CHECK_THROWS_AS(write_file_atomically(wrong, true, ""), FileError);
  write_file_atomically(path, true, "new");
  CHECK(read_file(path) == "new");
  fs::remove_all(folder.path());
}

TEST_CASE("Model file: other files are told apart") {
  const TemporaryFile path(".h5");
  CHECK_THAT(error_of(path.path()), contains("There is no file"));
  path.write("weights");
  CHECK_THAT(error_of(path.path()), contains("not an HDF5 file"));
  { H5Writer(path.path()).group("model"); }
  CHECK_THAT(error_of(path.path()),
             contains("not a model that saveSCVI() wrote"));
  {
    h5::Writer file;
    file.text_attribute(file.root(), "format", {"scvigor_model"});
    path.write(file.finish());
  }
  CHECK_THAT(error_of(path.path()), contains("the version of its format"));
  {
    h5::Writer file;
    file.text_attribute(file.root(), "format", {"scvigor_model"});
    file.text_attribute(file.root(), "writer", {"scvigor 9.0"});
    file.integer_attribute(file.root(), "format_version", {99});
    path.write(file.finish());
  }
  CHECK_THAT(error_of(path.path()),
             contains("format version 99, written by scvigor 9.0"));
}

TEST_CASE("Model file: a group that contains itself ends") {
  const TemporaryFile path(".h5");
  {
    h5::Writer file;
    file.text_attribute(file.root(), "format", {"scvigor_model"});
    file.integer_attribute(file.root(), "format_version", {1});
    const h5::Handle model = file.group(file.root(), "model");
    for (const char* name : {"a", "b", "c"})
      H5Lcreate_hard(file.root(), "model", model.get(), name, H5P_DEFAULT,
                     H5P_DEFAULT);
    path.write(file.finish());
  }
  CHECK_THAT(error_of(path.path()), contains("damaged"));
}

TEST_CASE("Model file: every bit flip and truncation is survived") {
  const TemporaryFile path(".h5");
  const FileValue model =
      list({numbers({1, 2, 3, 4, 5, 6}, {2, 3}), text({"a", "b"}),
            list({whole(Kind::kInteger, {1, 2, 3}), FileValue()}, {"x", "y"})},
           {"weights", "genes", "registry"});
  write_model_file(path.path(), model, list({}), "a test", false);
  const std::string bytes = path.bytes();
  std::mt19937 random(1);
  int n_errors = 0;
  for (int k = 0; k < 150; ++k) {
    std::string changed = bytes;
    if (k % 3 == 0)
      changed.resize(random() % bytes.size());
    else
      changed[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    path.write(changed);
    n_errors += error_of(path.path()) != "no error";
  }
  CHECK(n_errors > 75);
}

TEST_CASE("Model file: long lists keep their order, and tell of damage") {
  const TemporaryFile path(".h5");
  FileValue many = list({});
  for (int i = 0; i < 40; ++i) {
    many.names.push_back("tensor " + std::to_string(97 * i % 40));
    many.members.push_back(numbers(std::vector<double>(50, i)));
  }
  write_model_file(path.path(), list({many}, {"weights"}), list({}), "", false);
  check_equal(read_model_file(path.path()).model, list({many}, {"weights"}));
  const std::string bytes = path.bytes();
  for (std::size_t at = 100; at < bytes.size(); at += bytes.size() / 50) {
    path.write(std::string(bytes).insert(at, "eight by"));
    const std::string error = error_of(path.path());
    INFO(error);
    CHECK(error.find("without a reason") == std::string::npos);
  }
}
