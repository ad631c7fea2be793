// libFuzzer's target for zip archives and the files of torch.save() in them.

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "io/python/torch_file.hpp"
#include "io/python/zip_reader.hpp"
#include "scvigor/error.hpp"

using namespace scvigor;

namespace {

template <class Read>
void attempt(Read&& read) {
  try {
    read();
  } catch (const FileError&) {
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    ZipReader zip(bytes);
    for (const auto& name : zip.names()) attempt([&] { zip.read(name); });
  });
  attempt([&] { TorchFile file(bytes); });
  return 0;
}
