#ifndef SCVIGOR_CORE_UTIL_GATHER_ROWS_HPP
#define SCVIGOR_CORE_UTIL_GATHER_ROWS_HPP

#include <algorithm>
#include <cstdint>

namespace scvigor {

// out[i, :] = rows[index[i], :]
//   rows: any x width;  index: n;  out: n x width, of this or another type
template <class T, class To>
void gather_rows(const T* rows, std::int64_t width, const std::int64_t* index,
                 std::int64_t n, To* out) {
  for (std::int64_t i = 0; i < n; ++i, out += width)
    std::copy_n(rows + index[i] * width, width, out);
}

}  // namespace scvigor

#endif
