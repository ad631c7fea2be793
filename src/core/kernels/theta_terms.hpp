#ifndef SCVIGOR_CORE_KERNELS_THETA_TERMS_HPP
#define SCVIGOR_CORE_KERNELS_THETA_TERMS_HPP

#include <algorithm>
#include <cstdint>

#include "kernels/aligned.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/gamma_difference.hpp"
#include "kernels/vector_math.hpp"

// What the likelihood needs of the dispersion theta of a gene, whatever the
// cell: computed once a minibatch where cells share theta.

namespace scvigor {

constexpr double kEps = 1e-8;  // scvi-tools' eps inside the logarithms

// Whole counts up to here find their gamma functions in a table.
constexpr std::int64_t kTableCounts = 16;

// Of one row of thetas, q = theta + eps:
//   rise[x * genes + g] = lgamma(theta + x) - lgamma(theta) - x log q - log x!
//   slope[x * genes + g] = theta [digamma(theta + x) - digamma(theta)]
template <class T>
struct ThetaTerms {
  const T* theta;      // genes
  const T* inverse_q;  // genes: 1 / q
  const T* squared;    // genes: theta^2 / q
  const T* rise;       // (kTableCounts + 1) x genes, or null
  const T* slope;
};

template <class T>
SCVIGOR_INLINE void theta_body(const T* log_theta, std::int64_t n, T* theta,
                               T* inverse_q, T* squared) {
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T value = vmath::exp(log_theta[g]);
    const T inverse = T(1) / (value + T(kEps));
    theta[g] = value;
    inverse_q[g] = inverse;
    squared[g] = value * (value * inverse);
  }
}

// From the table of x to that of x + 1. For a large theta every term is near
// 0: nothing cancels.
template <class T>
SCVIGOR_INLINE void next_count_body(const T* theta, const T* inverse_q,
                                    const T* rise, const T* slope, T x,
                                    std::int64_t n, T* next_rise,
                                    T* next_slope) {
  const T log_next = vmath::log(x + T(1));
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T sum = theta[g] + x;
    next_rise[g] = rise[g] + vmath::log(sum * inverse_q[g]) - log_next;
    next_slope[g] = slope[g] + theta[g] / sum;
  }
}

#define SCVIGOR_THETA_KERNELS(T)                                              \
  SCVIGOR_KERNEL(theta_of, theta_body,                                        \
                 (const T* log_theta, std::int64_t n, T* theta, T* inverse_q, \
                  T* squared),                                                \
                 (log_theta, n, theta, inverse_q, squared))                   \
  SCVIGOR_KERNEL(next_count, next_count_body,                                 \
                 (const T* theta, const T* inverse_q, const T* rise,          \
                  const T* slope, T x, std::int64_t n, T* next_rise,          \
                  T* next_slope),                                             \
                 (theta, inverse_q, rise, slope, x, n, next_rise, next_slope))
SCVIGOR_THETA_KERNELS(float)
SCVIGOR_THETA_KERNELS(double)
#undef SCVIGOR_THETA_KERNELS

// Room for the terms of one row.
template <class T>
class ThetaRow {
 public:
  ThetaRow() = default;
  ThetaRow(std::int64_t genes, bool with_table)
      : genes_(genes), theta_(genes), inverse_q_(genes), squared_(genes) {
    if (!with_table) return;
    rise_.resize((kTableCounts + 1) * genes);
    slope_.resize((kTableCounts + 1) * genes);
  }

  // Genes first to last - 1.
  void fill(const T* log_theta, std::int64_t first, std::int64_t last) {
    const auto n = last - first;
    theta_of(log_theta + first, n, theta_.data() + first,
             inverse_q_.data() + first, squared_.data() + first);
    if (rise_.empty()) return;
    std::fill_n(rise_.data() + first, n, T(0));
    std::fill_n(slope_.data() + first, n, T(0));
    for (std::int64_t x = 0; x < kTableCounts; ++x) {
      const auto at = x * genes_ + first;
      next_count(theta_.data() + first, inverse_q_.data() + first,
                 rise_.data() + at, slope_.data() + at, static_cast<T>(x), n,
                 rise_.data() + at + genes_, slope_.data() + at + genes_);
    }
  }

  ThetaTerms<T> terms() const {
    return {theta_.data(), inverse_q_.data(), squared_.data(),
            rise_.empty() ? nullptr : rise_.data(),
            slope_.empty() ? nullptr : slope_.data()};
  }

 private:
  std::int64_t genes_ = 0;
  AlignedVector<T> theta_, inverse_q_, squared_, rise_, slope_;
};

}  // namespace scvigor

#endif
