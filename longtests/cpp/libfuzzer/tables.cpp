// libFuzzer's target for the readers of .h5ad files. Damaged HDF5 crashes
// libhdf5 itself, which the child process of the package is for. So here the
// input chooses what a sound HDF5 file holds: encodings, types, lengths and
// values that need not fit together.

#include <fuzzer/FuzzedDataProvider.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "count_file_writer.hpp"
#include "io/counts/count_file_content.hpp"
#include "io/counts/csr_builder.hpp"

using namespace scvigor;
using support::H5Writer;
using support::Storage;

namespace {

const std::string& scratch_path() {
  static const std::string path =
      "/tmp/scvigor_tables_" + std::to_string(getpid()) + ".h5ad";
  static const int registered =
      std::atexit([] { std::remove(scratch_path().c_str()); });
  static_cast<void>(registered);
  return path;
}

// Makes a file of what a stream of choices says.
class FileMaker {
 public:
  FileMaker(H5Writer& file, FuzzedDataProvider& choices)
      : file_(file), choices_(choices) {}

  void make() {
    table("obs");
    table("var");
    matrix("X");
    if (choices_.ConsumeBool()) {
      file_.group("layers");
      matrix("layers/counts");
    }
    if (choices_.ConsumeBool()) {
      file_.group("raw");
      matrix("raw/X");
      table("raw/var");
    }
  }

 private:
  int below(int n) { return choices_.ConsumeIntegralInRange(0, n - 1); }
  std::int64_t length() {
    return choices_.ConsumeBool() ? 4 : choices_.ConsumeIntegralInRange(0, 9);
  }

  hid_t type() {
    const hid_t types[] = {H5T_STD_I8LE,  H5T_STD_U8LE,   H5T_STD_I16BE,
                           H5T_STD_I32LE, H5T_STD_U32BE,  H5T_STD_I64LE,
                           H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64BE};
    return types[below(9)];
  }

  std::vector<double> values(std::int64_t n) {
    std::vector<double> out;
    for (std::int64_t i = 0; i < n; ++i)
      out.push_back(choices_.ConsumeBool()
                        ? choices_.ConsumeIntegralInRange(-1, 5)
                        : choices_.ConsumeFloatingPoint<double>());
    return out;
  }

  std::vector<std::string> words(std::int64_t n) {
    std::vector<std::string> out;
    for (std::int64_t i = 0; i < n; ++i) {
      std::string word = choices_.ConsumeRandomLengthString(6);
      out.push_back(word.substr(0, word.find('\0')));
    }
    return out;
  }

  void numbers(const std::string& path) {
    const std::int64_t n = length();
    Storage storage{type(), {}};
    if (choices_.ConsumeBool())
      storage = {type(), {1 + below(5)}, below(2), choices_.ConsumeBool()};
    file_.numbers(path, values(n), {n}, storage);
  }

  void vector(const std::string& path) {
    switch (below(4)) {
      case 0:
        file_.text(path, words(length()), choices_.ConsumeBool() ? 5 : 0);
        break;
      case 1:
        file_.booleans(path,
                       std::vector<bool>(static_cast<std::size_t>(length()),
                                         choices_.ConsumeBool()));
        break;
      default:
        numbers(path);
    }
  }

  void column(const std::string& path) {
    static const char* const encodings[] = {"categorical", "nullable-integer",
                                            "nullable-string-array", "dict"};
    const int form = below(6);
    if (form < 2) return vector(path);
    if (form == 2) {
      file_.numbers(path, values(6), {3, 2}, {type(), {}});
      return;
    }
    file_.group(path);
    file_.attribute(path, "encoding-type", std::string(encodings[below(4)]));
    for (const char* name : {"/categories", "/codes", "/values", "/mask"})
      if (choices_.ConsumeBool()) vector(path + name);
  }

  void table(const std::string& path) {
    file_.group(path);
    std::vector<std::string> names;
    for (int k = below(4); k > 0; --k)
      names.push_back("column" + std::to_string(below(3)));
    if (choices_.ConsumeBool()) file_.attribute(path, "column-order", names);
    if (choices_.ConsumeBool())
      file_.attribute(path, "_index", std::string("_index"));
    vector(path + "/_index");
    for (int k = 0; k < 3; ++k)
      if (choices_.ConsumeBool()) column(path + "/column" + std::to_string(k));
  }

  void matrix(const std::string& path) {
    if (choices_.ConsumeBool()) {
      const std::int64_t rows = length(), columns = length();
      file_.numbers(path, values(rows * columns), {rows, columns},
                    {type(), {}});
      return;
    }
    file_.group(path);
    file_.attribute(
        path, "encoding-type",
        std::string(choices_.ConsumeBool() ? "csr_matrix" : "csc_matrix"));
    file_.attribute(path, "shape",
                    std::vector<std::int64_t>{length(), length()});
    for (const char* name : {"/data", "/indices", "/indptr"})
      if (below(8) > 0) numbers(path + name);
  }

  H5Writer& file_;
  FuzzedDataProvider& choices_;
};

void read(const std::string& assay) {
  const h5::Group root = h5::open_file(scratch_path());
  const OpenCountFile file = open_h5ad(root, assay);
  CsrBuilder entries(file.matrix->n_cells(), file.matrix->n_genes());
  file.matrix->stream(
      [&](const EntryBlock& block) { entries.add(PackedBlock(block)); });
  const auto n = static_cast<std::size_t>(entries.n_entries());
  std::vector<std::int32_t> indptr(
      static_cast<std::size_t>(file.matrix->n_cells()) + 1);
  std::vector<std::int32_t> genes(n);
  std::vector<double> values(n);
  entries.write(indptr.data(), genes.data(), values.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  FuzzedDataProvider choices(data, size);
  try {
    H5Writer file(scratch_path());
    FileMaker(file, choices).make();
  } catch (const FileError&) {  // a name twice
    return 0;
  }
  for (const char* assay : {"", "X", "raw"}) {
    try {
      read(assay);
    } catch (const FileError&) {
    } catch (const std::bad_alloc&) {
    }
  }
  return 0;
}
