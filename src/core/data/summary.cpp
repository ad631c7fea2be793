#include "data/summary.hpp"

#include <atomic>
#include <limits>

#include "data/for_each_cell.hpp"
#include "simd/dispatch.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

// Every float from here on is an integer.
constexpr float kAllIntegers = 1 << 24;

// Counts of values of one cell.
struct Anomalies {
  std::int32_t not_finite = 0;
  std::int32_t negative = 0;
  std::int32_t fractional = 0;
  std::int32_t not_zero = 0;
};

// n values as the model sees them, in float32. Without a branch, so that the
// loop vectorizes.
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

// Calls visit(anomalies) for every cell, from several threads at once.
template <class Visitor>
void for_each_anomalies(const CountSource& source, Visitor visit) {
  const auto count = [&](const auto* values, std::int64_t n) {
    Anomalies anomalies;
    count_anomalies(values, n, &anomalies);
    visit(anomalies);
  };
  const bool in_memory = source.n_cells() > 0 && source.stored(0);
  if (!in_memory)
    return for_each_cell(source, [&](std::int64_t, const float* values,
                                     std::int64_t n) { count(values, n); });
  parallel_for(0, source.n_cells(), kCellsPerRead,
               [&](std::int64_t b, std::int64_t e) {
                 for (auto cell = b; cell < e; ++cell) {
                   const auto stored = *source.stored(cell);
                   count(stored.values, stored.n);
                 }
               });
}

}  // namespace

namespace core {

CountSummary summarize_counts(const CountSource& source) {
  std::atomic<std::int64_t> negative{0};
  std::atomic<std::int64_t> not_finite{0};
  std::atomic<std::int64_t> fractional{0};
  std::atomic<std::int64_t> empty{0};
  for_each_anomalies(source, [&](const Anomalies& anomalies) {
    // Few cells have any.
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

}  // namespace core
}  // namespace scvigor
