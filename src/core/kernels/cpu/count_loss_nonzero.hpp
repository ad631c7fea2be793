#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_NONZERO_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_NONZERO_HPP

#include <cmath>
#include <cstdint>

#include "kernels/cpu/gamma_difference.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// What the loss needs at the non-zero counts of a cell alone: -x log(mu + eps)
// and -rise, and of the gradient by log theta, -slope. rise and slope are what
// depends on gamma functions (theta_terms.hpp); neither cancels for a large
// theta.

namespace scvigor {

// The terms of a large count are large and cancel: float32 would keep too few
// digits of what is left. There are so few that double precision costs
// nothing.
constexpr double kLargeCount = 128.0;

// All non-zero counts of a cell; arrays of one length.
template <class T>
struct CellEntries {
  std::int64_t n = 0;
  AlignedVector<T> count;      // 0 where the loss is another's business
  AlignedVector<T> log_scale;  // log mu = log_scale + log_factor
  AlignedVector<T> rise;

  explicit CellEntries(std::size_t size)
      : count(size), log_scale(size), rise(size) {}
};

// log(mu + eps), of log mu. In float32 of those that are not below
// kMinLogMean; of the others nothing, and whoever asks has to look again: it
// happens to hardly any count.
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

// Adds the loss; returns the least log mu.
template <class T>
SCVIGOR_INLINE void entries_body(const CellEntries<T>& e, T log_factor,
                                 double* loss, T* least) {
  const T* count = e.count.data();
  const T* log_scale = e.log_scale.data();
  const T* rise = e.rise.data();
  T sum = T(0);
  T smallest = T(0);
#pragma omp simd reduction(+ : sum) reduction(min : smallest)
  for (std::int64_t k = 0; k < e.n; ++k) {
    const T log_mu = log_scale[k] + log_factor;
    sum -= count[k] * log_mean(log_mu) + rise[k];
    smallest = log_mu < smallest ? log_mu : smallest;
  }
  *loss += static_cast<double>(sum);
  *least = smallest;
}

// Poisson, which has no eps.
template <class T>
SCVIGOR_INLINE void poisson_entries_body(const CellEntries<T>& e, T log_factor,
                                         double* loss) {
  const T* count = e.count.data();
  const T* log_scale = e.log_scale.data();
  const T* rise = e.rise.data();
  T sum = T(0);
#pragma omp simd reduction(+ : sum)
  for (std::int64_t k = 0; k < e.n; ++k)
    sum -= count[k] * (log_scale[k] + log_factor) + rise[k];
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

#define SCVIGOR_ENTRY_KERNELS(T)                                        \
  SCVIGOR_KERNEL(                                                       \
      entries_loss, entries_body,                                       \
      (const CellEntries<T>& e, T log_factor, double* loss, T* least),  \
      (e, log_factor, loss, least))                                     \
  SCVIGOR_KERNEL(poisson_entries_loss, poisson_entries_body,            \
                 (const CellEntries<T>& e, T log_factor, double* loss), \
                 (e, log_factor, loss))                                 \
  SCVIGOR_KERNEL(log_softplus, log_softplus_body,                       \
                 (T * logits, std::int64_t n), (logits, n))
SCVIGOR_ENTRY_KERNELS(float)
SCVIGOR_ENTRY_KERNELS(double)
#undef SCVIGOR_ENTRY_KERNELS

// Some of them, whose rise and slope are not in the table.
template <class T>
struct SomeEntries {
  std::int64_t n = 0;
  AlignedVector<std::int32_t> gene;
  AlignedVector<T> count, theta, inverse_q, rise, slope;

  explicit SomeEntries(std::size_t size)
      : gene(size),
        count(size),
        theta(size),
        inverse_q(size),
        rise(size),
        slope(size) {}
  void add(std::int32_t g, T x) {
    gene[n] = g;
    count[n] = x;
    ++n;
  }
};

template <class T, class U>
void gather_theta(const ThetaTerms<T>& terms, SomeEntries<U>& e) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    e.theta[k] = static_cast<U>(terms.theta[e.gene[k]]);
    e.inverse_q[k] = static_cast<U>(terms.inverse_q[e.gene[k]]);
  }
}

// rise and slope of counts above kTableCounts, from those of kTableCounts:
// Stirling's series from theta + kTableCounts to theta + x, and for x!.
// Terms are taken relative to log x, so that they stay small.
SCVIGOR_INLINE void stirling_body(const ThetaTerms<float>& terms,
                                  std::int64_t genes, float log_table_factorial,
                                  SomeEntries<float>& e) {
  constexpr float kBase = static_cast<float>(kTableCounts);
  constexpr float kHalfLogTwoPi = 0.918938533F;
  const GammaTerms<float>* base = terms.gamma + kTableCounts * genes;
  const std::int32_t* gene = e.gene.data();
  const float* count = e.count.data();
  const float* theta = e.theta.data();
  const float* inverse_q = e.inverse_q.data();
  float* rise_to = e.rise.data();
  float* slope_to = e.slope.data();
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
    const float rising = (b - 0.5F) * log_ratio +
                         step * (vmath::log(a * inverse_q[i]) - 1.0F) + tail_b -
                         tail_a;
    const float factorial = (x + 0.5F) * log_x - x + kHalfLogTwoPi + tail_x;
    rise_to[i] =
        base[gene[i]].rise + log_table_factorial + (rising - factorial);
    slope_to[i] = base[gene[i]].slope +
                  theta[i] * (log_ratio - 0.5F * ib + 0.5F * ia -
                              ib * ib * (1.0F / 12) + ia * ia * (1.0F / 12));
  }
}

SCVIGOR_KERNEL(stirling, stirling_body,
               (const ThetaTerms<float>& terms, std::int64_t genes,
                float log_table_factorial, SomeEntries<float>& e),
               (terms, genes, log_table_factorial, e))

// rise, slope and all else about theta for any count, one by one.
inline void put_exact(SomeEntries<double>& e) {
  for (std::int64_t i = 0; i < e.n; ++i) {
    const double theta = e.theta[i];
    const double x = e.count[i];
    const double q = theta + kEps;
    e.inverse_q[i] = 1.0 / q;
    const auto gamma = gamma_difference(theta, x);
    e.rise[i] = gamma.value - x * std::log(q) - log_factorial(x);
    e.slope[i] = theta * gamma.derivative;
  }
}

// -log NB(x) and its gradients by log mu and log theta.
struct NbTerms {
  double loss;
  double grad_mu;
  double grad_theta;
};
inline NbTerms exact_terms(const SomeEntries<double>& e, std::int64_t k,
                           double mu) {
  const double theta = e.theta[k];
  const double r = mu * e.inverse_q[k];
  const double log_u = std::log1p(r);
  const double share = r / (1.0 + r);
  const double not_share = theta * e.inverse_q[k] / (1.0 + r);
  const double x = e.count[k];
  return {theta * log_u - x * (std::log(mu + kEps) - log_u) - e.rise[k],
          theta * share - x * (mu / (mu + kEps)) * not_share,
          theta * log_u - theta * theta * e.inverse_q[k] * share +
              x * not_share - e.slope[k]};
}

}  // namespace scvigor

#endif
