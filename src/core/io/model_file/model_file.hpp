#ifndef SCVIGOR_CORE_IO_MODEL_FILE_MODEL_FILE_HPP
#define SCVIGOR_CORE_IO_MODEL_FILE_MODEL_FILE_HPP

#include <functional>
#include <string>

#include "scvigor/model_file.hpp"

namespace scvigor::core {

// See scvigor/model_file.hpp.
void write_model_file(const std::string& path, const FileValue& model,
                      const FileValue& others, const std::string& writer,
                      bool overwrite);
ModelFile read_model_file(const std::string& path,
                          const std::function<void()>& poll);

void write_checkpoint_file(const std::string& path, const FileValue& checkpoint,
                           const std::string& writer);
FileValue read_checkpoint_file(const std::string& path,
                               const std::function<void()>& poll);

std::string read_file_format(const std::string& path,
                             const std::function<void()>& poll);

}  // namespace scvigor::core

#endif
