#ifndef SCVIGOR_CORE_UTIL_MACHINE_HPP
#define SCVIGOR_CORE_UTIL_MACHINE_HPP

#include <string>

namespace scvigor::core {

// See scvigor/runtime.hpp.
double memory_limit();

// "1.5 GB", "15461 GB"
std::string gigabytes(double bytes);

}  // namespace scvigor::core

#endif
