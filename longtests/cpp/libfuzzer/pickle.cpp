// libFuzzer's target for the pickle reader and what looks at its values.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "io/python/numpy_array.hpp"
#include "io/python/pickle_reader.hpp"
#include "io/python/pickle_view.hpp"
#include "io/python/torch_tensor.hpp"
#include "scvigor/error.hpp"

using namespace scvigor;

namespace {

// What is read of it must not depend on what it is.
void look_at(const pickle::Value* value) {
  const auto attempt = [&](auto read) {
    try {
      read();
    } catch (const FileError&) {
    }
  };
  attempt([&] { pickle::read_series(value, "a value"); });
  attempt([&] { pickle::read_texts(value, "a value"); });
  attempt([&] { pickle::read_numpy_scalar(value, "a value"); });
  attempt([&] { pickle::find(value, "registry_"); });
  attempt([&] { read_storage_id(value); });
  attempt([&] {
    if (TorchTensors::is_tensor(value))
      TorchTensors(
          [](const std::string&) { return std::string_view("abcdefgh"); },
          1 << 20)
          .read("a tensor", value);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  pickle::Input input(
      std::string_view(reinterpret_cast<const char*>(data), size));
  pickle::Values values;
  try {
    look_at(pickle::read(input, values));
  } catch (const FileError&) {
  }
  // Whatever was read before an error.
  std::size_t n = 0;
  for (const pickle::Value& value : values.all()) {
    if (++n > 50) break;
    look_at(&value);
  }
  return 0;
}
