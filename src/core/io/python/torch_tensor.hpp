#ifndef SCVIGOR_CORE_IO_PYTHON_TORCH_TENSOR_HPP
#define SCVIGOR_CORE_IO_PYTHON_TORCH_TENSOR_HPP

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "io/python/pickle_value.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// Tensors of a file of torch.save(), as plain data.
class TorchTensors {
 public:
  // The bytes of the storage with this key.
  using Storages = std::function<std::string_view(const std::string& key)>;

  // `file_bytes` bounds what all tensors together may take.
  TorchTensors(Storages storages, std::uint64_t file_bytes);

  static bool is_tensor(const pickle::Value* value);
  StateTensor read(const std::string& name, const pickle::Value* value);

 private:
  Storages storages_;
  std::uint64_t elements_left_;
};

// What a persistent id says: ("storage", type, key, device, elements).
struct StorageId {
  char type = 'f';  // f float, b bfloat16, i signed, u unsigned
  std::size_t element_bytes = 4;
  std::string key;
  std::uint64_t n_elements = 0;
};
StorageId read_storage_id(const pickle::Value* value);

}  // namespace scvigor

#endif
