#ifndef SCVIGOR_CORE_UTIL_CEIL_DIV_HPP
#define SCVIGOR_CORE_UTIL_CEIL_DIV_HPP

#include <cstdint>

namespace scvigor {

// How many parts of `size` n needs, the last of which may be smaller.
inline std::int64_t ceil_div(std::int64_t n, std::int64_t size) {
  return (n + size - 1) / size;
}

}  // namespace scvigor

#endif
