#ifndef SCVIGOR_MODEL_FILE_HPP
#define SCVIGOR_MODEL_FILE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "scvigor/error.hpp"

namespace scvigor {

// What a model file holds: a list of values, or a vector with or without a
// shape. inst/format/model-file.md tells how they lie in HDF5.
struct FileValue {
  enum class Kind { kNull, kList, kLogical, kInteger, kNumber, kText };
  static constexpr std::int32_t kMissing =
      std::numeric_limits<std::int32_t>::min();

  Kind kind = Kind::kNull;
  std::vector<FileValue> members;   // kList
  std::vector<std::string> names;   // kList: one a member; empty: no names
  std::vector<std::int32_t> whole;  // kLogical (0, 1), kInteger, or kMissing
  std::vector<double> numbers;      // kNumber
  std::vector<std::string> text;    // kText, UTF-8
  std::vector<bool> missing;        // kText: one a string; empty: none is
  std::vector<std::int64_t> shape;  // of an array, row-major; empty: a vector

  // Attributes of the group or dataset, kInteger or kText: written only.
  std::vector<std::pair<std::string, FileValue>> attributes;

  // Elements or members.
  std::size_t size() const {
    return std::max(
        {members.size(), whole.size(), numbers.size(), text.size()});
  }
};

// The newest format that is understood, and the one that is written.
constexpr std::int64_t kModelFileVersion = 1;

// Writes the group `model` and beside it the members of `others`, a list, so
// that `path` holds either all of it or what it held before. A FileError
// where that cannot be done, or where there is a file that `overwrite` does
// not allow to replace.
void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite);

struct ModelFile {
  std::int64_t version = 0;  // of the format
  std::string writer;        // what wrote it
  FileValue model;
};

// Reads it in a copy of the process: a damaged file is a FileError, whatever
// the damage. `poll` is called now and then; what it throws ends the reading.
ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll = {});

}  // namespace scvigor

#endif
