// Models in files: scvigor's own and those of scvi-tools.

#include "io/counts/minified_cells.hpp"
#include "io/model_file/model_file.hpp"
#include "io/scvi_tools/reader.hpp"
#include "io/scvi_tools/writer.hpp"
#include "scvigor/error.hpp"
#include "util/validate_options.hpp"

namespace scvigor {

void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite) {
  if (others.names.size() != others.members.size())
    throw ArgumentError("others",
                        "What lies beside the model must have a name each.");
  core::write_model_file(path, model, others, writer, overwrite);
}

ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll) {
  return core::read_model_file(path, poll);
}

void write_checkpoint_file(const std::string& path, const FileValue& checkpoint,
                           const std::string& writer) {
  core::write_checkpoint_file(path, checkpoint, writer);
}

FileValue read_checkpoint_file(const std::string& path,
                               const std::function<void()>& poll) {
  return core::read_checkpoint_file(path, poll);
}

std::string read_file_format(const std::string& path,
                             const std::function<void()>& poll) {
  return core::read_file_format(path, poll);
}

ScviToolsModel read_scvi_tools(const std::string& folder,
                               const std::string& prefix) {
  return core::read_scvi_tools(folder, prefix);
}

void write_scvi_tools(const ScviToolsModel& model, const std::string& path) {
  core::validate(model.options);
  core::write_scvi_tools(model, path);
}

std::optional<MinifiedCells> read_minified(const std::string& path) {
  return core::read_minified(path);
}

}  // namespace scvigor
