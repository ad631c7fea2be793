#include "util/loaded_libraries.hpp"

#include <dlfcn.h>
#ifdef __linux__
#include <link.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include <cstdint>

namespace scvigor::core {
namespace {

// Paths of the shared libraries of this process; none where the system does not
// list them.
#ifdef __linux__
std::vector<std::string> loaded_libraries() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        if (info->dlpi_name != nullptr && info->dlpi_name[0] != '\0')
          static_cast<std::vector<std::string>*>(out)->emplace_back(
              info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}
#elif defined(__APPLE__)
std::vector<std::string> loaded_libraries() {
  std::vector<std::string> paths;
  for (std::uint32_t i = 0; i < _dyld_image_count(); ++i)
    if (const char* name = _dyld_get_image_name(i)) paths.emplace_back(name);
  return paths;
}
#else
std::vector<std::string> loaded_libraries() { return {}; }
#endif

bool is_openmp(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  for (const char* start : {"libgomp", "libiomp5", "libomp"}) {
    const std::string prefix(start);
    if (name.compare(0, prefix.size(), prefix) == 0 &&
        name.find_first_of(".-", prefix.size()) == prefix.size())
      return true;
  }
  return false;
}

}  // namespace

std::string file_of(const void* function) {
  Dl_info info{};
  return dladdr(function, &info) != 0 && info.dli_fname != nullptr
             ? info.dli_fname
             : "";
}

std::vector<OpenMpLibrary> openmp_libraries() {
  std::vector<OpenMpLibrary> found;
  for (const std::string& path : loaded_libraries()) {
    if (!is_openmp(path)) continue;
    // It stays, whoever unloads it: its threads may be there.
    void* const handle =
        dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (handle == nullptr) continue;
    dlclose(handle);
    found.push_back({path, handle});
  }
  return found;
}

std::vector<OpenMpRuntime> openmp_runtimes() {
  std::vector<OpenMpRuntime> found;
  for (const auto& [path, handle] : openmp_libraries()) {
    const auto threads =
        reinterpret_cast<int (*)()>(dlsym(handle, "omp_get_max_threads"));
    if (threads != nullptr) found.push_back({path, threads()});
  }
  return found;
}

}  // namespace scvigor::core
