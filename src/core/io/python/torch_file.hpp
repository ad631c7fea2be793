#ifndef SCVIGOR_CORE_IO_PYTHON_TORCH_FILE_HPP
#define SCVIGOR_CORE_IO_PYTHON_TORCH_FILE_HPP

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "io/python/pickle_value.hpp"
#include "io/python/torch_tensor.hpp"
#include "io/python/zip_reader.hpp"

namespace scvigor {

// A file of torch.save(): a zip archive with a pickle and one entry per
// storage, or, from before torch 1.6, several pickles and the storages one
// after another. Throws FileErrors without the name of the file.
class TorchFile {
 public:
  explicit TorchFile(std::string bytes);
  TorchFile(const TorchFile&) = delete;
  TorchFile& operator=(const TorchFile&) = delete;

  const pickle::Value* content() const { return content_; }
  TorchTensors& tensors() { return *tensors_; }

 private:
  void read_zip();
  void read_old();
  void read_old_storages(std::string_view rest, const pickle::Value* keys);

  std::string bytes_;
  pickle::Values values_;
  const pickle::Value* content_ = nullptr;
  std::optional<ZipReader> zip_;
  std::string folder_;  // of the entries in the archive
  std::map<std::string, std::string_view> old_storages_;
  std::optional<TorchTensors> tensors_;
};

}  // namespace scvigor

#endif
