// One pass over the counts: checks, library sizes and their prior.

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include "scvigor/counts.hpp"
#include "simd/dispatch.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kBlock = 256;  // cells read at a time

// Calls visit(cell, first, last) with the values of every cell, those of
// several cells at once.
template <class Visitor>
void for_each_cell(const CountSource& source, Visitor visit) {
  const auto n_blocks = (source.n_cells() + kBlock - 1) / kBlock;
  at::parallel_for(0, n_blocks, 1, [&](std::int64_t b, std::int64_t e) {
    CsrBlock block;
    std::vector<std::int64_t> cells(kBlock);
    for (auto first = b * kBlock; first < e * kBlock; first += kBlock) {
      const auto n = std::min(kBlock, source.n_cells() - first);
      std::iota(cells.begin(), cells.begin() + n, first);
      source.read(cells.data(), n, block);
      for (std::int64_t i = 0; i < n; ++i)
        visit(first + i, block.values.data() + block.indptr[i],
              block.values.data() + block.indptr[i + 1]);
    }
  });
}

// Every float from here on is an integer.
constexpr float kAllIntegers = 1 << 24;

// What is anomalies about the values of a cell, and how many of them are no
// zeros.
struct Anomalies {
  std::int32_t not_finite = 0;
  std::int32_t negative = 0;
  std::int32_t fractional = 0;
  std::int32_t not_zero = 0;
};

// Of n values as the model sees them, in float32. Without a branch, so that
// vector units can do it.
template <class T>
SCVIGOR_INLINE void count_anomalies_body(const T* values, std::int64_t n,
                                         Anomalies* anomalies) {
  std::int32_t not_finite = 0;
  std::int32_t negative = 0;
  std::int32_t fractional = 0;
  std::int32_t not_zero = 0;
#pragma omp simd reduction(+ : not_finite, negative, fractional, not_zero)
  for (std::int64_t k = 0; k < n; ++k) {
    const auto v = static_cast<float>(values[k]);
    const float size = __builtin_fabsf(v);
    const std::int32_t finite = size <= std::numeric_limits<float>::max();
    const std::int32_t below_zero = v < 0.0F;
    const float small = size < kAllIntegers ? size : 0.0F;
    const std::int32_t is_fractional =
        static_cast<float>(static_cast<std::int32_t>(small)) != small;
    not_finite += 1 - finite;
    negative += finite & below_zero;
    fractional += is_fractional & (1 - below_zero);
    not_zero += v != 0.0F;
  }
  *anomalies = {not_finite, negative, fractional, not_zero};
}

SCVIGOR_KERNEL(count_anomalies, count_anomalies_body,
               (const float* values, std::int64_t n, Anomalies* anomalies),
               (values, n, anomalies))
SCVIGOR_KERNEL(count_anomalies, count_anomalies_body,
               (const double* values, std::int64_t n, Anomalies* anomalies),
               (values, n, anomalies))

// Calls visit(anomalies) for every cell, several at once.
template <class Visitor>
void for_each_anomalies(const CountSource& source, Visitor visit) {
  const auto look = [&](const auto* values, std::int64_t n) {
    Anomalies anomalies;
    count_anomalies(values, n, &anomalies);
    visit(anomalies);
  };
  const bool in_memory = source.n_cells() > 0 && source.stored(0);
  if (!in_memory)
    return for_each_cell(source, [&](std::int64_t, const float* v,
                                     const float* end) { look(v, end - v); });
  at::parallel_for(0, source.n_cells(), kBlock,
                   [&](std::int64_t b, std::int64_t e) {
                     for (auto cell = b; cell < e; ++cell) {
                       const auto stored = *source.stored(cell);
                       look(stored.values, stored.n);
                     }
                   });
}

}  // namespace

CountSummary summarize_counts(const CountSource& source) {
  std::atomic<std::int64_t> negative{0};
  std::atomic<std::int64_t> not_finite{0};
  std::atomic<std::int64_t> fractional{0};
  std::atomic<std::int64_t> empty{0};
  for_each_anomalies(source, [&](const Anomalies& anomalies) {
    // Hardly any cell has something to tell.
    if (anomalies.negative > 0) negative += anomalies.negative;
    if (anomalies.not_finite > 0) not_finite += anomalies.not_finite;
    if (anomalies.fractional > 0) fractional += anomalies.fractional;
    if (anomalies.not_zero == 0) ++empty;
  });
  CountSummary out;
  out.n_negative = negative;
  out.n_not_finite = not_finite;
  out.n_fractional = fractional;
  out.n_empty_cells = empty;
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
