#ifndef SCVIGOR_CORE_UTIL_ASCENDING_HPP
#define SCVIGOR_CORE_UTIL_ASCENDING_HPP

#include <cstdint>

namespace scvigor {

// Whether each of n values is greater than the one before it.
bool is_strictly_ascending(const std::int32_t* values, std::int64_t n);

}  // namespace scvigor

#endif
