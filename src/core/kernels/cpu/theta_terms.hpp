#ifndef SCVIGOR_CORE_KERNELS_CPU_THETA_TERMS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_THETA_TERMS_HPP

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/gamma_difference.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The terms of the likelihood that depend on theta and the count, but not on
// mu; computed once per minibatch where cells share theta. With q = theta +
// eps:
//
//   log_gamma_term(x)   = lgamma(theta + x) - lgamma(theta) - x log q - log x!
//   d_log_gamma_term(x) = theta [digamma(theta + x) - digamma(theta)]
//
// The second is theta times the derivative of lgamma(theta + x) -
// lgamma(theta). For a large theta all terms are near 0: nothing cancels.

namespace scvigor {

constexpr double kEps = 1e-8;  // scvi-tools' eps inside the logarithms

// Whole counts up to here find their terms in a table.
constexpr std::int64_t kTableCounts = 16;

// Side by side, as they are looked up together.
template <class T>
struct GammaTerms {
  T log_gamma_term;
  T d_log_gamma_term;
};

// Of one row of thetas.
template <class T>
struct ThetaTerms {
  const T* theta;              // genes
  const T* inverse_q;          // genes: 1 / q
  const GammaTerms<T>* gamma;  // (kTableCounts + 1) x genes, or null
};

template <class T>
SCVIGOR_INLINE void theta_from_log_body(const T* log_theta, std::int64_t n,
                                        T* theta, T* inverse_q) {
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T value = vmath::exp(log_theta[g]);
    theta[g] = value;
    inverse_q[g] = T(1) / (value + T(kEps));
  }
}

// The terms of x + 1 from those of x.
template <class T>
SCVIGOR_INLINE void next_gamma_terms_body(const T* theta, const T* inverse_q,
                                          const GammaTerms<T>* now, T x,
                                          std::int64_t n, GammaTerms<T>* next) {
  const T log_next = vmath::log(x + T(1));
#pragma omp simd
  for (std::int64_t g = 0; g < n; ++g) {
    const T sum = theta[g] + x;
    next[g].log_gamma_term =
        now[g].log_gamma_term + vmath::log(sum * inverse_q[g]) - log_next;
    next[g].d_log_gamma_term = now[g].d_log_gamma_term + theta[g] / sum;
  }
}

#define SCVIGOR_THETA_KERNELS(T)                                               \
  SCVIGOR_KERNEL(theta_from_log, theta_from_log_body,                          \
                 (const T* log_theta, std::int64_t n, T* theta, T* inverse_q), \
                 (log_theta, n, theta, inverse_q))                             \
  SCVIGOR_KERNEL(                                                              \
      next_gamma_terms, next_gamma_terms_body,                                 \
      (const T* theta, const T* inverse_q, const GammaTerms<T>* now, T x,      \
       std::int64_t n, GammaTerms<T>* next),                                   \
      (theta, inverse_q, now, x, n, next))
SCVIGOR_THETA_KERNELS(float)
SCVIGOR_THETA_KERNELS(double)
#undef SCVIGOR_THETA_KERNELS

// One row of thetas with its terms.
template <class T>
class ThetaRow {
 public:
  ThetaRow() = default;
  ThetaRow(std::int64_t n_genes, bool with_table)
      : n_genes_(n_genes), theta_(n_genes), inverse_q_(n_genes) {
    if (with_table) gamma_.resize((kTableCounts + 1) * n_genes);
  }

  // Genes first to last - 1.
  void fill(const T* log_theta, std::int64_t first, std::int64_t last) {
    const auto n = last - first;
    theta_from_log(log_theta + first, n, theta_.data() + first,
                   inverse_q_.data() + first);
    if (gamma_.empty()) return;
    std::fill_n(gamma_.data() + first, n, GammaTerms<T>{T(0), T(0)});
    for (std::int64_t x = 0; x < kTableCounts; ++x) {
      GammaTerms<T>* now = gamma_.data() + x * n_genes_ + first;
      next_gamma_terms(theta_.data() + first, inverse_q_.data() + first, now,
                       static_cast<T>(x), n, now + n_genes_);
    }
  }

  ThetaTerms<T> terms() const {
    return {theta_.data(), inverse_q_.data(),
            gamma_.empty() ? nullptr : gamma_.data()};
  }

 private:
  std::int64_t n_genes_ = 0;
  AlignedVector<T> theta_, inverse_q_;
  AlignedVector<GammaTerms<T>> gamma_;
};

}  // namespace scvigor

#endif
