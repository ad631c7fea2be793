#include "io/model_file/model_file.hpp"

#include "io/hdf5/h5_text.hpp"
#include "io/isolation/isolated_reader.hpp"
#include "io/model_file/value_file.hpp"
#include "util/atomic_file.hpp"

namespace scvigor {

namespace {

constexpr const char* kFormat = "scvigor_model";
constexpr const char* kGroup = "model";

// What the root says of the file, before anything else is believed.
ModelFile read_header(const h5::Group& root) {
  const std::string& path = root.file().name;
  if (h5::text_attribute_or_empty(root, "format") != kFormat)
    throw FileError("\"" + path +
                    "\" is an HDF5 file, but not a model that "
                    "saveSCVI() wrote; readCounts() reads counts.");
  ModelFile file;
  file.writer = h5::text_attribute_or_empty(root, "writer");
  const auto version = h5::integer_attribute(root, "format_version");
  if (!version || version->size() != 1 || version->front() < 1)
    throw FileError("\"" + path +
                    "\" does not say the version of its "
                    "format: it is damaged.");
  file.version = version->front();
  if (file.version > kModelFileVersion)
    throw FileError("\"" + path + "\" has format version " +
                    std::to_string(file.version) + ", written by " +
                    file.writer + "; this scvigor reads versions up to " +
                    std::to_string(kModelFileVersion) + ". Update scvigor.");
  return file;
}

}  // namespace

namespace core {

void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite) {
  h5::Writer file;
  file.text_attribute(file.root(), "format", {kFormat});
  file.integer_attribute(file.root(), "format_version", {kModelFileVersion});
  file.text_attribute(file.root(), "writer", {writer});
  write_value(file, file.root(), kGroup, model);
  for (std::size_t i = 0; i < others.members.size(); ++i)
    write_value(file, file.root(), to_link_name(others.names[i]),
                others.members[i]);
  write_file_atomically(path, overwrite, file.finish());
}

ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll) {
  ModelFile file;
  IsolatedReader{path, h5::check_file(path), poll}.run(
      [&](WireWriter& writer) {
        const h5::Group root = h5::open_file(path);
        const ModelFile header = read_header(root);
        writer.put(header.version);
        writer.put(header.writer);
        put_value(writer, read_list(root.group(kGroup)));
      },
      [&](WireReader& reader) {
        reader.get(file.version);
        reader.get(file.writer);
        file.model = get_value(reader);
      });
  return file;
}

}  // namespace core
}  // namespace scvigor
