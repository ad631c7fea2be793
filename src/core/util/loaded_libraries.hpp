#ifndef SCVIGOR_CORE_UTIL_LOADED_LIBRARIES_HPP
#define SCVIGOR_CORE_UTIL_LOADED_LIBRARIES_HPP

#include <string>
#include <vector>

#include "scvigor/runtime_info.hpp"

namespace scvigor::core {

// The file that holds a function; empty if unknown.
std::string file_of(const void* function);

// The OpenMP runtimes of this process (GNU, Intel, LLVM), for dlsym().
struct OpenMpLibrary {
  std::string path;
  void* handle;
};
std::vector<OpenMpLibrary> openmp_libraries();

// The same, with their numbers of threads.
std::vector<OpenMpRuntime> openmp_runtimes();

}  // namespace scvigor::core

#endif
