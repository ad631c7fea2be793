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

// A value in a file of scvigor: a list of values, or a vector with or without a
// shape. inst/format/model-file.md describes their layout in HDF5.
struct FileValue {
  enum class Kind { kNull, kList, kLogical, kInteger, kNumber, kText, kBytes };
  static constexpr std::int32_t kMissing =
      std::numeric_limits<std::int32_t>::min();

  Kind kind = Kind::kNull;
  std::vector<FileValue> members;  // kList
  std::vector<std::string> names;  // kList: one per member; empty: no names
  // kLogical (0, 1), kInteger, or kMissing; kBytes (0 to 255)
  std::vector<std::int32_t> whole;
  std::vector<double> numbers;      // kNumber
  std::vector<std::string> text;    // kText, UTF-8
  std::vector<bool> missing;        // kText: one per string; empty: none is
  std::vector<std::int64_t> shape;  // of an array, row-major; empty: a vector

  // Attributes of the group or dataset, kInteger or kText: written only.
  std::vector<std::pair<std::string, FileValue>> attributes;

  // Elements or members.
  std::size_t size() const {
    return std::max(
        {members.size(), whole.size(), numbers.size(), text.size()});
  }
};

// The newest format that can be read, and the one that is written.
constexpr std::int64_t kModelFileVersion = 1;

// Writes the group `model` and beside it the members of `others`, a list,
// atomically: `path` holds either all of it or what it held before. A FileError
// if that fails, or if the file exists and `overwrite` is false.
void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite);

struct ModelFile {
  std::int64_t version = 0;  // of the format
  std::string writer;        // what wrote it
  FileValue model;
};

// Reads a file in a child process: any damage is a FileError. `poll` is called
// regularly; an exception from it ends the reading.
ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll = {});

// The newest format of a checkpoint that can be read, and the one that is
// written. Version 1 was not HDF5.
constexpr std::int64_t kCheckpointFileVersion = 3;

// A checkpoint has the form of a model file, with the group `checkpoint`.
// Replaces `path`, atomically.
void write_checkpoint_file(const std::string& path, const FileValue& checkpoint,
                           const std::string& writer);

// As read_model_file().
FileValue read_checkpoint_file(const std::string& path,
                               const std::function<void()>& poll = {});

// "scvigor_model", "scvigor_checkpoint", or what else an HDF5 file calls its
// format; empty if it has none.
std::string read_file_format(const std::string& path,
                             const std::function<void()>& poll = {});

}  // namespace scvigor

#endif
