#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_NONZERO_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_NONZERO_HPP

#include <cmath>
#include <cstdint>

#include "kernels/cpu/gamma_difference.hpp"
#include "kernels/cpu/nb_ratios.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The terms of non-zero counts alone: of the loss, -x log(mu + eps) -
// log_gamma_term(x); of the gradient w.r.t. log theta, -d_log_gamma_term(x).
// Notation and formulas are in count_loss_row.hpp and theta_terms.hpp.

namespace scvigor {

// From here on the terms of a count are large and cancel: float32 would keep
// too few digits of the difference. So few counts are as large that double
// precision costs nothing.
constexpr double kMinDoubleCount = 128.0;

// The non-zero counts of a cell; arrays of one length.
template <class T>
struct NonzeroCounts {
  std::int64_t n = 0;
  AlignedVector<T> count;      // 0 where the loss is computed elsewhere
  AlignedVector<T> log_scale;  // log mu = log_scale + log_factor
  AlignedVector<T> log_gamma_term;

  explicit NonzeroCounts(std::size_t size)
      : count(size), log_scale(size), log_gamma_term(size) {}
};

// log(mu + eps) from log mu. In float32 0 below kMinLogMean, which happens to
// hardly any count: the caller adds those in double precision.
constexpr float kMinLogMean = -13.8155106F;  // log(1e-6)
SCVIGOR_INLINE float log_mean(float log_mu) {
  constexpr float kLogEps = -18.4206807F;
  const bool is_small = log_mu < kMinLogMean;
  // log(1 + d), d = eps / mu, which is 0.01 at most
  const float d = vmath::exp(kLogEps - (is_small ? 0.0F : log_mu));
  const float added = d * (1.0F - d * (0.5F - d * (1.0F / 3)));
  return is_small ? 0.0F : log_mu + added;
}
SCVIGOR_INLINE double log_mean(double log_mu) {
  return std::log(std::exp(log_mu) + kEps);
}

// Adds to the loss; min_log_mu: the least log mu, or 0.
template <class T>
SCVIGOR_INLINE void nb_nonzero_body(const NonzeroCounts<T>& e, T log_factor,
                                    double* loss, T* min_log_mu) {
  const T* count = e.count.data();
  const T* log_scale = e.log_scale.data();
  const T* log_gamma_term = e.log_gamma_term.data();
  T sum = T(0);
  T smallest = T(0);
#pragma omp simd reduction(+ : sum) reduction(min : smallest)
  for (std::int64_t k = 0; k < e.n; ++k) {
    const T log_mu = log_scale[k] + log_factor;
    sum -= count[k] * log_mean(log_mu) + log_gamma_term[k];
    smallest = log_mu < smallest ? log_mu : smallest;
  }
  *loss += static_cast<double>(sum);
  *min_log_mu = smallest;
}

// Poisson: -x log mu + log x!, without eps; log_gamma_term is -log x!.
template <class T>
SCVIGOR_INLINE void poisson_nonzero_body(const NonzeroCounts<T>& e,
                                         T log_factor, double* loss) {
  const T* count = e.count.data();
  const T* log_scale = e.log_scale.data();
  const T* log_gamma_term = e.log_gamma_term.data();
  T sum = T(0);
#pragma omp simd reduction(+ : sum)
  for (std::int64_t k = 0; k < e.n; ++k)
    sum -= count[k] * (log_scale[k] + log_factor) + log_gamma_term[k];
  *loss += static_cast<double>(sum);
}

// log softplus(logit), in place.
template <class T>
SCVIGOR_INLINE void log_softplus_body(T* logits, std::int64_t n) {
#pragma omp simd
  for (std::int64_t k = 0; k < n; ++k) {
    const T value = vmath::log(vmath::softplus(logits[k]).value);
    logits[k] = logits[k] < T(-40) ? logits[k] : value;
  }
}

#define SCVIGOR_NONZERO_KERNELS(T)                                            \
  SCVIGOR_KERNEL(                                                             \
      nb_nonzero, nb_nonzero_body,                                            \
      (const NonzeroCounts<T>& e, T log_factor, double* loss, T* min_log_mu), \
      (e, log_factor, loss, min_log_mu))                                      \
  SCVIGOR_KERNEL(poisson_nonzero, poisson_nonzero_body,                       \
                 (const NonzeroCounts<T>& e, T log_factor, double* loss),     \
                 (e, log_factor, loss))                                       \
  SCVIGOR_KERNEL(log_softplus, log_softplus_body,                             \
                 (T * logits, std::int64_t n), (logits, n))
SCVIGOR_NONZERO_KERNELS(float)
SCVIGOR_NONZERO_KERNELS(double)
#undef SCVIGOR_NONZERO_KERNELS

// Counts whose gamma terms are not in the table.
template <class T>
struct SelectedCounts {
  std::int64_t n = 0;
  AlignedVector<std::int32_t> gene;
  AlignedVector<T> count, theta, inverse_q, log_gamma_term, d_log_gamma_term;

  explicit SelectedCounts(std::size_t size)
      : gene(size),
        count(size),
        theta(size),
        inverse_q(size),
        log_gamma_term(size),
        d_log_gamma_term(size) {}
  void add(std::int32_t g, T x) {
    gene[n] = g;
    count[n] = x;
    ++n;
  }
};

template <class T, class U>
void gather_theta(const ThetaTerms<T>& terms, SelectedCounts<U>& e) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    e.theta[k] = static_cast<U>(terms.theta[e.gene[k]]);
    e.inverse_q[k] = static_cast<U>(terms.inverse_q[e.gene[k]]);
  }
}

// Gamma terms of counts above kTableCounts from those of kTableCounts:
// Stirling's series from theta + kTableCounts to theta + x, and for x!.
// Terms are taken relative to log x, so that they stay small.
SCVIGOR_INLINE void gamma_terms_by_stirling_body(const ThetaTerms<float>& terms,
                                                 std::int64_t n_genes,
                                                 float log_table_factorial,
                                                 SelectedCounts<float>& e) {
  constexpr float kBase = static_cast<float>(kTableCounts);
  constexpr float kHalfLogTwoPi = 0.918938533F;
  const GammaTerms<float>* base = terms.gamma + kTableCounts * n_genes;
  const std::int32_t* gene = e.gene.data();
  const float* count = e.count.data();
  const float* theta = e.theta.data();
  const float* inverse_q = e.inverse_q.data();
  float* log_gamma_term = e.log_gamma_term.data();
  float* d_log_gamma_term = e.d_log_gamma_term.data();
#pragma omp simd
  for (std::int64_t i = 0; i < e.n; ++i) {
    const float x = count[i];
    const float step = x - kBase;
    const float a = theta[i] + kBase;
    const float b = theta[i] + x;
    const float ia = 1.0F / a;
    const float ib = 1.0F / b;
    const float ix = 1.0F / x;
    const float log_ratio = vmath::log1p(step * ia);
    const float tail_b = ib * (1.0F / 12 - ib * ib * (1.0F / 360));
    const float tail_a = ia * (1.0F / 12 - ia * ia * (1.0F / 360));
    const float tail_x = ix * (1.0F / 12 - ix * ix * (1.0F / 360));
    const float log_x = vmath::log(x);
    const float gamma = (b - 0.5F) * log_ratio +
                        step * (vmath::log(a * inverse_q[i]) - 1.0F) + tail_b -
                        tail_a;
    const float factorial = (x + 0.5F) * log_x - x + kHalfLogTwoPi + tail_x;
    log_gamma_term[i] = base[gene[i]].log_gamma_term + log_table_factorial +
                        (gamma - factorial);
    d_log_gamma_term[i] =
        base[gene[i]].d_log_gamma_term +
        theta[i] * (log_ratio - 0.5F * ib + 0.5F * ia - ib * ib * (1.0F / 12) +
                    ia * ia * (1.0F / 12));
  }
}

SCVIGOR_KERNEL(gamma_terms_by_stirling, gamma_terms_by_stirling_body,
               (const ThetaTerms<float>& terms, std::int64_t n_genes,
                float log_table_factorial, SelectedCounts<float>& e),
               (terms, n_genes, log_table_factorial, e))

// Gamma terms of any counts, one by one.
inline void gamma_terms_in_double(SelectedCounts<double>& e) {
  for (std::int64_t i = 0; i < e.n; ++i) {
    const double theta = e.theta[i];
    const double x = e.count[i];
    const double q = theta + kEps;
    e.inverse_q[i] = 1.0 / q;
    const auto gamma = gamma_difference(theta, x);
    e.log_gamma_term[i] = gamma.value - x * std::log(q) - log_factorial(x);
    e.d_log_gamma_term[i] = theta * gamma.derivative;
  }
}

// -log NB(x) and its gradients.
struct NbLoss {
  double loss;
  double grad_log_mu;
  double grad_log_theta;
};
inline NbLoss nb_loss_in_double(const SelectedCounts<double>& e, std::int64_t k,
                                double mu) {
  const double theta = e.theta[k];
  const double r = mu * e.inverse_q[k];
  const double log_u = std::log1p(r);
  const double p_mu = r / (1.0 + r);
  const double p_theta = theta * e.inverse_q[k] / (1.0 + r);
  const double x = e.count[k];
  return {
      theta * log_u - x * (std::log(mu + kEps) - log_u) - e.log_gamma_term[k],
      theta * p_mu - x * (mu / (mu + kEps)) * p_theta,
      theta * nb_d_log_u(log_u, p_mu, e.inverse_q[k]) + x * p_theta -
          e.d_log_gamma_term[k]};
}

}  // namespace scvigor

#endif
