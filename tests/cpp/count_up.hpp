#ifndef SCVIGOR_TESTS_COUNT_UP_HPP
#define SCVIGOR_TESTS_COUNT_UP_HPP

#include <cstdint>
#include <numeric>
#include <vector>

namespace support {

// n integers from `first` on.
inline std::vector<std::int64_t> count_up(std::int64_t n,
                                          std::int64_t first = 0) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), first);
  return out;
}

}  // namespace support

#endif
