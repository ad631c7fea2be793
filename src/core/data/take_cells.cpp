#include "data/take_cells.hpp"

#include "data/count_views.hpp"
#include "util/gather_rows.hpp"

namespace scvigor {
namespace {

// Rows `positions` of the row-major array of `n` cells.
template <class T>
std::vector<T> take(const std::vector<T>& values, std::int64_t n,
                    const std::vector<std::int64_t>& positions) {
  if (values.empty()) return {};
  const auto width = values.size() / static_cast<std::size_t>(n);
  std::vector<T> out(positions.size() * width);
  gather_rows(values.data(), static_cast<std::int64_t>(width), positions.data(),
              static_cast<std::int64_t>(positions.size()), out.data());
  return out;
}

}  // namespace

Cells take_cells(const Cells& cells,
                 const std::vector<std::int64_t>& positions) {
  const auto n = cells.n_cells();
  Cells out;
  if (cells.counts) out.counts = core::view_cells(cells.counts, positions);
  out.batch = take(cells.batch, n, positions);
  out.labels = take(cells.labels, n, positions);
  out.categorical = take(cells.categorical, n, positions);
  out.continuous = take(cells.continuous, n, positions);
  out.size_factor = take(cells.size_factor, n, positions);
  out.latent_mean = take(cells.latent_mean, n, positions);
  out.latent_var = take(cells.latent_var, n, positions);
  out.log_library = take(cells.log_library, n, positions);
  out.cell_weights = take(cells.cell_weights, n, positions);
  return out;
}

}  // namespace scvigor
