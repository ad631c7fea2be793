#ifndef SCVIGOR_CORE_DATA_GATHER_ROWS_HPP
#define SCVIGOR_CORE_DATA_GATHER_ROWS_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

namespace scvigor {

// A row-major array as a vector, one row per cell.
template <class T>
struct RowsView {
  const std::vector<T>& values;
  std::int64_t n_cells;

  std::int64_t width() const {
    return static_cast<std::int64_t>(values.size()) / n_cells;
  }
};

// out[i] = rows[positions[i]], n rows.
template <class T>
void gather_rows(const RowsView<T>& rows, const std::int64_t* positions,
                 std::int64_t n, T* out) {
  const auto width = rows.width();
  for (std::int64_t i = 0; i < n; ++i)
    out = std::copy_n(rows.values.data() + positions[i] * width, width, out);
}

}  // namespace scvigor

#endif
