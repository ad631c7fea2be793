#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP

#include <cmath>
#include <cstdint>

#include "kernels/aligned.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/gamma_difference.hpp"
#include "kernels/theta_terms.hpp"
#include "kernels/vector_math.hpp"

// The terms of NB and ZINB at the non-zero counts of a cell. They are
// gathered into short arrays, so that the logarithms are taken many at once.
//
// With q = theta + eps and u = 1 + mu / q, log NB(x) is
//   -theta log u + x log((mu + eps) / u) + rise,
// rise as in theta_terms.hpp. None of the terms cancels for a large theta.

namespace scvigor {

// The terms of a large count are large and cancel: float32 would keep too few
// digits of what is left. There are so few that double precision costs
// nothing.
constexpr double kLargeCount = 128.0;

// Non-zero counts in precision T; arrays of one length. Genes and counts are
// the cell's own arrays, or a choice from them.
template <class T>
struct Entries {
  std::int64_t n = 0;
  const std::int32_t* gene = nullptr;
  const T* count = nullptr;
  AlignedVector<T> mu, theta, inverse_q, pi, rise, slope;
  AlignedVector<T> loss, mu_grad, theta_grad, dropout_grad;

  void reserve(std::size_t size) {
    own_gene_.resize(size);
    own_count_.resize(size);
    for (auto* array : {&mu, &theta, &inverse_q, &pi, &rise, &slope, &loss,
                        &mu_grad, &theta_grad, &dropout_grad})
      array->resize(size);
  }
  void use(const std::int32_t* genes, const T* counts, std::int64_t size) {
    gene = genes;
    count = counts;
    n = size;
  }
  void clear() { use(own_gene_.data(), own_count_.data(), 0); }
  void add(std::int32_t g, T x) {
    own_gene_[n] = g;
    own_count_[n] = x;
    ++n;
  }

 private:
  AlignedVector<std::int32_t> own_gene_;
  AlignedVector<T> own_count_;
};

// to[i] = from[gene[i]]
template <class T, class U>
SCVIGOR_INLINE void gather_body(const T* from, const std::int32_t* gene,
                                std::int64_t n, U* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<U>(from[gene[i]]);
}
// to[gene[i]] = from[i]; a gene is there once.
template <class T, class U>
SCVIGOR_INLINE void scatter_body(const U* from, const std::int32_t* gene,
                                 std::int64_t n, T* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) to[gene[i]] = static_cast<T>(from[i]);
}

// rise and slope of whole counts up to kTableCounts; others get something
// that is replaced afterwards.
template <class T>
SCVIGOR_INLINE void look_up_body(const T* rise, const T* slope,
                                 std::int32_t genes, const std::int32_t* gene,
                                 const T* count, std::int64_t n, T* rise_to,
                                 T* slope_to) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    constexpr T kLast = static_cast<T>(kTableCounts);
    const T x = count[i] < kLast ? count[i] : kLast;
    const std::int32_t at = static_cast<std::int32_t>(x) * genes + gene[i];
    rise_to[i] = rise[at];
    slope_to[i] = slope[at];
  }
}

// rise and slope of counts above kTableCounts, from those of kTableCounts:
// Stirling's series from theta + kTableCounts to theta + x, and for x!.
// Terms are taken relative to log x, so that they stay small.
SCVIGOR_INLINE void stirling_body(const float* rise, const float* slope,
                                  const std::int32_t* gene, const float* theta,
                                  const float* inverse_q, const float* count,
                                  float log_table_factorial, std::int64_t n,
                                  float* rise_to, float* slope_to) {
  constexpr float kBase = static_cast<float>(kTableCounts);
  constexpr float kHalfLogTwoPi = 0.918938533F;
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
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
                         step * (vmath::log(a * inverse_q[i]) - 1.0F) +
                         tail_b - tail_a;
    const float factorial = (x + 0.5F) * log_x - x + kHalfLogTwoPi + tail_x;
    rise_to[i] = rise[gene[i]] + log_table_factorial + (rising - factorial);
    slope_to[i] =
        slope[gene[i]] +
        theta[i] * (log_ratio - 0.5F * ib + 0.5F * ia -
                    ib * ib * (1.0F / 12) + ia * ia * (1.0F / 12));
  }
}

// loss = -log NB(x); its gradients by log mu and log theta.
template <class T>
SCVIGOR_INLINE void nb_count_body(Entries<T>& e) {
  const T* counts = e.count;
  const T* mus = e.mu.data();
  const T* thetas = e.theta.data();
  const T* inverse = e.inverse_q.data();
  const T* rise = e.rise.data();
  const T* slope = e.slope.data();
  T* loss = e.loss.data();
  T* mu_grad = e.mu_grad.data();
  T* theta_grad = e.theta_grad.data();
#pragma omp simd
  for (std::int64_t k = 0; k < e.n; ++k) {
    const T x = counts[k];
    const T mu = mus[k];
    const T theta = thetas[k];
    const auto odds = vmath::log_ratio(mu * inverse[k]);
    const T t = -theta * odds.log_u;
    const T not_share = theta * inverse[k] * odds.inverse_u;
    loss[k] = -(t + x * vmath::log((mu + T(kEps)) * odds.inverse_u) + rise[k]);
    mu_grad[k] =
        theta * odds.share - x * (mu / (mu + T(kEps))) * not_share;
    theta_grad[k] =
        -(t + theta * (theta * inverse[k]) * odds.share) + x * not_share -
        slope[k];
  }
}

// ZINB's share of it: loss += softplus(pi); weight times the gradient.
template <class T>
SCVIGOR_INLINE void not_dropped_body(Entries<T>& e, T weight) {
  const T* pi = e.pi.data();
  T* loss = e.loss.data();
  T* dropout_grad = e.dropout_grad.data();
#pragma omp simd
  for (std::int64_t k = 0; k < e.n; ++k) {
    const auto dropout = vmath::softplus(pi[k]);
    loss[k] += dropout.value;
    dropout_grad[k] = weight * dropout.sigmoid;
  }
}

#define SCVIGOR_MOVE_KERNELS(T, U)                                         \
  SCVIGOR_KERNEL(gather, gather_body,                                      \
                 (const T* from, const std::int32_t* gene, std::int64_t n, \
                  U* to),                                                  \
                 (from, gene, n, to))                                      \
  SCVIGOR_KERNEL(scatter, scatter_body,                                    \
                 (const U* from, const std::int32_t* gene, std::int64_t n, \
                  T* to),                                                  \
                 (from, gene, n, to))
#define SCVIGOR_ENTRY_KERNELS(T)                                              \
  SCVIGOR_KERNEL(look_up, look_up_body,                                       \
                 (const T* rise, const T* slope, std::int32_t genes,          \
                  const std::int32_t* gene, const T* count, std::int64_t n,   \
                  T* rise_to, T* slope_to),                                   \
                 (rise, slope, genes, gene, count, n, rise_to, slope_to))     \
  SCVIGOR_KERNEL(nb_count, nb_count_body, (Entries<T>& e), (e))               \
  SCVIGOR_KERNEL(not_dropped, not_dropped_body, (Entries<T>& e, T weight),    \
                 (e, weight))

SCVIGOR_MOVE_KERNELS(float, float)
SCVIGOR_MOVE_KERNELS(float, double)
SCVIGOR_MOVE_KERNELS(double, double)
SCVIGOR_ENTRY_KERNELS(float)
SCVIGOR_ENTRY_KERNELS(double)
SCVIGOR_KERNEL(stirling, stirling_body,
               (const float* rise, const float* slope,
                const std::int32_t* gene, const float* theta,
                const float* inverse_q, const float* count,
                float log_table_factorial, std::int64_t n, float* rise_to,
                float* slope_to),
               (rise, slope, gene, theta, inverse_q, count,
                log_table_factorial, n, rise_to, slope_to))
#undef SCVIGOR_MOVE_KERNELS
#undef SCVIGOR_ENTRY_KERNELS

// rise, slope and all else about theta for any count, one by one.
inline void put_exact(Entries<double>& e) {
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

}  // namespace scvigor

#endif
