#include "samples.hpp"

#include <utility>
#include <vector>

#include "count_file_writer.hpp"
#include "scvigor/model_file.hpp"

namespace fuzz {

namespace {

using scvigor::FileValue;
using Kind = FileValue::Kind;

FileValue weights(std::int64_t rows, std::int64_t columns) {
  FileValue value;
  value.kind = Kind::kNumber;
  for (std::int64_t i = 0; i < rows * columns; ++i)
    value.numbers.push_back(0.1 * static_cast<double>(i));
  value.shape = {rows, columns};
  return value;
}

FileValue whole(Kind kind, std::vector<std::int32_t> values) {
  FileValue value;
  value.kind = kind;
  value.whole = std::move(values);
  return value;
}

FileValue text(std::vector<std::string> values) {
  FileValue value;
  value.kind = Kind::kText;
  value.text = std::move(values);
  return value;
}

FileValue list(std::vector<std::string> names, std::vector<FileValue> members) {
  FileValue value;
  value.kind = Kind::kList;
  value.names = std::move(names);
  value.members = std::move(members);
  return value;
}

}  // namespace

void write_tenx(const std::string& path) {
  const support::SmallCounts small;
  support::H5Writer file(path);
  const support::Storage integers{H5T_STD_I32LE, {}};
  file.group("matrix");
  file.text("matrix/barcodes", {"AA-1", "AC-1", "AG-1", "AT-1"}, 18);
  file.numbers("matrix/data", small.data, {}, integers);
  file.numbers("matrix/indices", small.indices, {}, integers);
  file.numbers("matrix/indptr", small.indptr, {}, integers);
  file.numbers("matrix/shape", {3, 4}, {}, integers);
  file.group("matrix/features");
  file.text("matrix/features/id", {"E1", "E2", "E3"}, 4);
  file.text("matrix/features/name", {"G1", "G2", "G3"}, 4);
}

void write_model(const std::string& path) {
  FileValue names = text({"G1", "", "G\xc3\xa9"});
  names.missing = {false, true, false};
  const FileValue model =
      list({"options", "weights", "genes", "codes", "nothing"},
           {list({"n_latent", "flag"},
                 {whole(Kind::kInteger, {5}), whole(Kind::kLogical, {1, 0})}),
            list({"first", "second"}, {weights(20, 8), weights(1, 1)}), names,
            whole(Kind::kInteger, {0, 1, FileValue::kMissing}), FileValue()});
  scvigor::write_model_file(path, model, list({"X"}, {weights(4, 3)}),
                            "scvigor", true);
}

}  // namespace fuzz
