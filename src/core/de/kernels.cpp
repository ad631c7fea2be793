#include "de/kernels.hpp"

#include <algorithm>
#include <cmath>

#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

namespace scvigor {
namespace {

template <class T>
SCVIGOR_INLINE void log2_ratio_body(const T* a, const T* b, T c, T* out,
                                    std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i)
    out[i] = vmath::log2((a[i] + c) / (b[i] + c));
}

template <class T>
SCVIGOR_INLINE void count_outside_body(const T* x, T delta, std::int64_t n,
                                       std::int32_t* counts) {
  std::int32_t above = 0;
  std::int32_t below = 0;
#pragma omp simd reduction(+ : above, below)
  for (std::int64_t i = 0; i < n; ++i) {
    above += x[i] >= delta;
    below += x[i] < -delta;
  }
  counts[0] = above;
  counts[1] = below;
}

// to: sum, min, max
template <class T>
SCVIGOR_INLINE void sum_and_range_body(const T* x, std::int64_t n, double* to) {
  double sum = 0.0;
  T low = x[0];
  T high = x[0];
#pragma omp simd reduction(+ : sum) reduction(min : low) reduction(max : high)
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<double>(x[i]);
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  to[0] = sum;
  to[1] = static_cast<double>(low);
  to[2] = static_cast<double>(high);
}

template <class T>
SCVIGOR_INLINE void squares_body(const T* x, double mean, std::int64_t n,
                                 double* to) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(x[i]) - mean;
    sum += d * d;
  }
  *to = sum;
}

// A kernel for each level of instructions and both types.
#define SCVIGOR_DE_KERNEL(name, body, T, parameters, arguments) \
  SCVIGOR_KERNEL(name, body<T>, parameters, arguments)

SCVIGOR_DE_KERNEL(ratio_f, log2_ratio_body, float,
                  (const float* a, const float* b, float c, float* out,
                   std::int64_t n),
                  (a, b, c, out, n))
SCVIGOR_DE_KERNEL(outside_f, count_outside_body, float,
                  (const float* x, float delta, std::int64_t n,
                   std::int32_t* counts),
                  (x, delta, n, counts))
SCVIGOR_DE_KERNEL(outside_d, count_outside_body, double,
                  (const double* x, double delta, std::int64_t n,
                   std::int32_t* counts),
                  (x, delta, n, counts))
SCVIGOR_DE_KERNEL(range_f, sum_and_range_body, float,
                  (const float* x, std::int64_t n, double* to), (x, n, to))
SCVIGOR_DE_KERNEL(range_d, sum_and_range_body, double,
                  (const double* x, std::int64_t n, double* to), (x, n, to))
SCVIGOR_DE_KERNEL(squares_f, squares_body, float,
                  (const float* x, double mean, std::int64_t n, double* to),
                  (x, mean, n, to))
SCVIGOR_DE_KERNEL(squares_d, squares_body, double,
                  (const double* x, double mean, std::int64_t n, double* to),
                  (x, mean, n, to))

EffectSummary to_summary(const double* range, double squares, std::int64_t n) {
  return {range[0] / static_cast<double>(n),
          std::sqrt(squares / static_cast<double>(n)), range[1], range[2]};
}

}  // namespace

void log2_ratio(const float* a, const float* b, float c, float* out,
                std::int64_t n) {
  ratio_f(a, b, c, out, n);
}
void log2_ratio(const double* a, const double* b, double c, double* out,
                std::int64_t n) {
  log2_ratio_body(a, b, c, out, n);
}

TailCounts count_outside(const float* x, float delta, std::int64_t n) {
  std::int32_t counts[2];
  outside_f(x, delta, n, counts);
  return {counts[0], counts[1]};
}
TailCounts count_outside(const double* x, double delta, std::int64_t n) {
  std::int32_t counts[2];
  outside_d(x, delta, n, counts);
  return {counts[0], counts[1]};
}

EffectSummary summarize_effects(const float* x, std::int64_t n) {
  double range[3];
  double squares = 0.0;
  range_f(x, n, range);
  squares_f(x, range[0] / static_cast<double>(n), n, &squares);
  return to_summary(range, squares, n);
}
EffectSummary summarize_effects(const double* x, std::int64_t n) {
  double range[3];
  double squares = 0.0;
  range_d(x, n, range);
  squares_d(x, range[0] / static_cast<double>(n), n, &squares);
  return to_summary(range, squares, n);
}

}  // namespace scvigor
