#ifndef SCVIGOR_CORE_KERNELS_CPU_THETA_TERMS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_THETA_TERMS_HPP

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/gamma_difference.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// What the likelihood needs of the dispersion theta of a gene, whatever the
// cell: computed once a minibatch where cells share theta.

namespace scvigor {

constexpr double kEps = 1e-8;  // scvi-tools' eps inside the logarithms

// Whole counts up to here find their gamma functions in a table.
constexpr std::int64_t kTableCounts = 16;

// What depends on gamma functions, of one theta and count, with q = theta +
// eps; side by side, as they are looked up together.
template <class T>
struct GammaTerms {
  T rise;   // lgamma(theta + x) - lgamma(theta) - x log q - log x!
  T slope;  // theta [digamma(theta + x) - digamma(theta)]
};

// Of one row of thetas.
template <class T>
struct ThetaTerms {
  const T* theta;              // genes
  const T* inverse_q;          // genes: 1 / q
  const GammaTerms<T>* gamma;  // (kTableCounts + 1) x genes, or null
};

template <class T>
SCVIGOR_INLINE void theta_body(const T* log_theta, std::int64_t n, T* theta,
                               T* inverse_q) {
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T value = vmath::exp(log_theta[g]);
    theta[g] = value;
    inverse_q[g] = T(1) / (value + T(kEps));
  }
}

// From the table of x to that of x + 1. For a large theta every term is near
// 0: nothing cancels.
template <class T>
SCVIGOR_INLINE void next_count_body(const T* theta, const T* inverse_q,
                                    const GammaTerms<T>* now, T x,
                                    std::int64_t n, GammaTerms<T>* next) {
  const T log_next = vmath::log(x + T(1));
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T sum = theta[g] + x;
    next[g].rise = now[g].rise + vmath::log(sum * inverse_q[g]) - log_next;
    next[g].slope = now[g].slope + theta[g] / sum;
  }
}

#define SCVIGOR_THETA_KERNELS(T)                                               \
  SCVIGOR_KERNEL(theta_of, theta_body,                                         \
                 (const T* log_theta, std::int64_t n, T* theta, T* inverse_q), \
                 (log_theta, n, theta, inverse_q))                             \
  SCVIGOR_KERNEL(                                                              \
      next_count, next_count_body,                                             \
      (const T* theta, const T* inverse_q, const GammaTerms<T>* now, T x,      \
       std::int64_t n, GammaTerms<T>* next),                                   \
      (theta, inverse_q, now, x, n, next))
SCVIGOR_THETA_KERNELS(float)
SCVIGOR_THETA_KERNELS(double)
#undef SCVIGOR_THETA_KERNELS

// Room for the terms of one row.
template <class T>
class ThetaRow {
 public:
  ThetaRow() = default;
  ThetaRow(std::int64_t genes, bool with_table)
      : genes_(genes), theta_(genes), inverse_q_(genes) {
    if (with_table) gamma_.resize((kTableCounts + 1) * genes);
  }

  // Genes first to last - 1.
  void fill(const T* log_theta, std::int64_t first, std::int64_t last) {
    const auto n = last - first;
    theta_of(log_theta + first, n, theta_.data() + first,
             inverse_q_.data() + first);
    if (gamma_.empty()) return;
    std::fill_n(gamma_.data() + first, n, GammaTerms<T>{T(0), T(0)});
    for (std::int64_t x = 0; x < kTableCounts; ++x) {
      GammaTerms<T>* now = gamma_.data() + x * genes_ + first;
      next_count(theta_.data() + first, inverse_q_.data() + first, now,
                 static_cast<T>(x), n, now + genes_);
    }
  }

  ThetaTerms<T> terms() const {
    return {theta_.data(), inverse_q_.data(),
            gamma_.empty() ? nullptr : gamma_.data()};
  }

 private:
  std::int64_t genes_ = 0;
  AlignedVector<T> theta_, inverse_q_;
  AlignedVector<GammaTerms<T>> gamma_;
};

}  // namespace scvigor

#endif
