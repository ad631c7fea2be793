#ifndef SCVIGOR_CORE_UTIL_LOADED_LIBRARIES_HPP
#define SCVIGOR_CORE_UTIL_LOADED_LIBRARIES_HPP

#include <string>
#include <vector>

#include "scvigor/runtime_info.hpp"

namespace scvigor::core {

// Paths of the shared libraries of this process; none where the system does not
// list them.
std::vector<std::string> loaded_libraries();

// The file that holds a function; empty if nobody knows.
std::string file_of(const void* function);

// Those of the GNU, Intel and LLVM compilers, with their numbers of threads.
std::vector<OpenMpRuntime> openmp_runtimes();

}  // namespace scvigor::core

#endif
