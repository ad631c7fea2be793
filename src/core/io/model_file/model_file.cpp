#include "io/model_file/model_file.hpp"

#include "io/hdf5/h5_text.hpp"
#include "io/isolation/isolated_reader.hpp"
#include "io/model_file/value_file.hpp"
#include "util/atomic_file.hpp"

namespace scvigor {

namespace {

// One kind of file: what its root says, and the group that holds the value.
struct Format {
  const char* name;
  const char* group;
  const char* description;  // "... is not a ..."
  const char* reader;       // the function that reads such a file
  std::int64_t version;
  unsigned deflate_level;  // a checkpoint is written while training waits
};

constexpr Format kModel{
    "scvigor_model", "model",           "model that saveSCVI() wrote",
    "loadSCVI()",    kModelFileVersion, 4};
constexpr Format kCheckpoint{"scvigor_checkpoint",    "checkpoint",
                             "checkpoint of scvigor", "resumeTraining()",
                             kCheckpointFileVersion,  1};

struct Content {
  std::int64_t version = 0;
  std::string writer;
  FileValue value;
};

std::string format_of(const h5::Group& root) {
  return h5::text_attribute_or_empty(root, "format");
}

[[noreturn]] void fail_format(const std::string& path, const Format& wanted,
                              const std::string& found) {
  std::string hint = "; readCounts() reads counts.";
  for (const Format& other : {kModel, kCheckpoint})
    if (found == other.name)
      hint = " but a " + std::string(other.description) + "; " + other.reader +
             " reads it.";
  throw FileError("\"" + path + "\" is not a " + wanted.description + hint);
}

// What the root says of the file, before anything else is read.
Content read_header(const h5::Group& root, const Format& format) {
  const std::string& path = root.file().name;
  const std::string found = format_of(root);
  if (found != format.name) fail_format(path, format, found);
  Content content;
  content.writer = h5::text_attribute_or_empty(root, "writer");
  const auto version = h5::integer_attribute(root, "format_version");
  if (!version || version->size() != 1 || version->front() < 1)
    throw FileError("\"" + path +
                    "\" does not say the version of its "
                    "format: it is damaged.");
  content.version = version->front();
  if (content.version > format.version)
    throw FileError("\"" + path + "\" has format version " +
                    std::to_string(content.version) + ", written by " +
                    content.writer + "; this scvigor reads versions up to " +
                    std::to_string(format.version) + ". Update scvigor.");
  return content;
}

void write_content(const std::string& path, const Format& format,
                   const FileValue& value, const FileValue& others,
                   const std::string& writer, bool overwrite) {
  h5::Writer file(format.deflate_level);
  file.text_attribute(file.root(), "format", {format.name});
  file.integer_attribute(file.root(), "format_version", {format.version});
  file.text_attribute(file.root(), "writer", {writer});
  write_value(file, file.root(), format.group, value);
  for (std::size_t i = 0; i < others.members.size(); ++i)
    write_value(file, file.root(), to_link_name(others.names[i]),
                others.members[i]);
  write_file_atomically(path, overwrite, file.finish());
}

Content read_content(const std::string& path, const Format& format,
                     const std::function<void()>& poll) {
  Content content;
  IsolatedReader{path, h5::check_file(path), poll}.run(
      [&](WireWriter& writer) {
        const h5::Group root = h5::open_file(path);
        const Content header = read_header(root, format);
        writer.put(header.version);
        writer.put(header.writer);
        put_value(writer, read_list(root.group(format.group)));
      },
      [&](WireReader& reader) {
        reader.get(content.version);
        reader.get(content.writer);
        content.value = get_value(reader);
      });
  return content;
}

}  // namespace

namespace core {

void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite) {
  write_content(path, kModel, model, others, writer, overwrite);
}

ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll) {
  Content found = read_content(path, kModel, poll);
  return {found.version, std::move(found.writer), std::move(found.value)};
}

void write_checkpoint_file(const std::string& path, const FileValue& checkpoint,
                           const std::string& writer) {
  write_content(path, kCheckpoint, checkpoint, FileValue(), writer, true);
}

FileValue read_checkpoint_file(const std::string& path,
                               const std::function<void()>& poll) {
  return read_content(path, kCheckpoint, poll).value;
}

std::string read_file_format(const std::string& path,
                             const std::function<void()>& poll) {
  std::string format;
  IsolatedReader{path, h5::check_file(path), poll}.run(
      [&](WireWriter& writer) { writer.put(format_of(h5::open_file(path))); },
      [&](WireReader& reader) { reader.get(format); });
  return format;
}

}  // namespace core
}  // namespace scvigor
