// One pass over the counts: checks, library sizes and their prior.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "scvigor/counts.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kBlock = 1024;  // cells read at a time

// Calls visit(cell, first, last) with the values of every cell in turn.
template <class Visitor>
void for_each_cell(const CountSource& source, Visitor visit) {
  CsrBlock block;
  std::vector<std::int64_t> cells(kBlock);
  for (std::int64_t first = 0; first < source.n_cells(); first += kBlock) {
    const auto n = std::min(kBlock, source.n_cells() - first);
    std::iota(cells.begin(), cells.begin() + n, first);
    source.read(cells.data(), n, block);
    for (std::int64_t i = 0; i < n; ++i)
      visit(first + i, block.values.data() + block.indptr[i],
            block.values.data() + block.indptr[i + 1]);
  }
}

}  // namespace

CountSummary summarise_counts(const CountSource& source) {
  CountSummary out;
  for_each_cell(source, [&](std::int64_t, const float* v, const float* end) {
    bool any = false;
    for (; v != end; ++v) {
      any = true;
      if (!std::isfinite(*v))
        ++out.n_not_finite;
      else if (*v < 0.0F)
        ++out.n_negative;
      else if (*v != std::floor(*v))
        ++out.n_fractional;
    }
    if (!any) ++out.n_empty_cells;
  });
  return out;
}

std::vector<double> log_library_sizes(const CountSource& source) {
  std::vector<double> out(static_cast<std::size_t>(source.n_cells()));
  for_each_cell(source, [&](std::int64_t i, const float* v, const float* end) {
    out[static_cast<std::size_t>(i)] = std::log(std::accumulate(v, end, 0.0));
  });
  return out;
}

LibraryPrior library_prior(const CountSource& source,
                           const std::vector<std::int64_t>& batch,
                           std::int64_t n_batch) {
  auto log_totals = log_library_sizes(source);
  // An empty cell counts as one with the logarithm 0, as in scvi-tools.
  std::replace(log_totals.begin(), log_totals.end(),
               -std::numeric_limits<double>::infinity(), 0.0);
  const auto n = static_cast<std::size_t>(n_batch);
  LibraryPrior prior{std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)};
  for (std::size_t b = 0; b < n; ++b) {
    double sum = 0.0;
    double squares = 0.0;
    double cells = 0.0;
    const auto in_batch = [&](std::size_t i) {
      return batch.empty() || batch[i] == static_cast<std::int64_t>(b);
    };
    for (std::size_t i = 0; i < log_totals.size(); ++i)
      if (in_batch(i)) {
        sum += log_totals[i];
        cells += 1.0;
      }
    if (cells == 0.0) continue;
    const double mean = sum / cells;
    for (std::size_t i = 0; i < log_totals.size(); ++i)
      if (in_batch(i))
        squares += (log_totals[i] - mean) * (log_totals[i] - mean);
    prior.log_means[b] = mean;
    prior.log_vars[b] = squares / cells;
  }
  return prior;
}

}  // namespace scvigor
