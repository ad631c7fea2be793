#ifndef SCVIGOR_CORE_UTIL_ASCENDING_HPP
#define SCVIGOR_CORE_UTIL_ASCENDING_HPP

#include <cstdint>

namespace scvigor {

// Whether each of n values is greater than the one before it.
bool is_strictly_ascending(const std::int32_t* values, std::int64_t n);

// The same for positions from 0 to end - 1, such as the genes of a cell.
inline bool are_ascending_positions(const std::int32_t* positions,
                                    std::int64_t n, std::int64_t end) {
  return n == 0 || (positions[0] >= 0 && positions[n - 1] < end &&
                    is_strictly_ascending(positions, n));
}

}  // namespace scvigor

#endif
