#include "data/library_size.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/for_each_cell.hpp"
#include "simd/dispatch.hpp"

namespace scvigor {
namespace {

SCVIGOR_INLINE void sum_floats_body(const float* values, std::int64_t n,
                                    double* sum) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t k = 0; k < n; ++k) total += static_cast<double>(values[k]);
  *sum = total;
}
SCVIGOR_KERNEL(sum_floats, sum_floats_body,
               (const float* values, std::int64_t n, double* sum),
               (values, n, sum))

}  // namespace

double log_library_size(const float* counts, std::int64_t n) {
  double total = 0.0;
  sum_floats(counts, n, &total);
  return std::log(total);
}

namespace core {

std::vector<double> log_library_sizes(const CountSource& source) {
  std::vector<double> out(static_cast<std::size_t>(source.n_cells()));
  for_each_cell(
      source, [&](std::int64_t i, const float* counts, std::int64_t n) {
        out[static_cast<std::size_t>(i)] = log_library_size(counts, n);
      });
  return out;
}

// Two passes: the sum of squared deviations does not cancel.
LibraryPrior library_prior(const CountSource& source,
                           const std::vector<std::int64_t>& batch,
                           std::int64_t n_batch) {
  auto log_totals = core::log_library_sizes(source);
  // An empty cell counts as one with the logarithm 0, as in scvi-tools.
  std::replace(log_totals.begin(), log_totals.end(),
               -std::numeric_limits<double>::infinity(), 0.0);
  const auto n = static_cast<std::size_t>(n_batch);
  const auto batch_of = [&](std::size_t cell) {
    return batch.empty() ? 0 : static_cast<std::size_t>(batch[cell]);
  };
  std::vector<double> n_cells(n, 0.0);
  std::vector<double> sum(n, 0.0);
  for (std::size_t i = 0; i < log_totals.size(); ++i) {
    n_cells[batch_of(i)] += 1.0;
    sum[batch_of(i)] += log_totals[i];
  }
  std::vector<double> squares(n, 0.0);
  for (std::size_t i = 0; i < log_totals.size(); ++i) {
    const auto b = batch_of(i);
    const double deviation = log_totals[i] - sum[b] / n_cells[b];
    squares[b] += deviation * deviation;
  }
  LibraryPrior prior{std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)};
  for (std::size_t b = 0; b < n; ++b) {
    if (n_cells[b] == 0.0) continue;
    prior.log_means[b] = sum[b] / n_cells[b];
    prior.log_vars[b] = squares[b] / n_cells[b];
  }
  return prior;
}

}  // namespace core
}  // namespace scvigor
