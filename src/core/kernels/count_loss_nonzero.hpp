#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP

#include <cmath>
#include <cstdint>

#include "kernels/aligned.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/gamma_difference.hpp"
#include "kernels/theta_terms.hpp"
#include "kernels/vector_math.hpp"

// What NB and ZINB need at the non-zero counts of a cell alone. With q = theta
// + eps and u = 1 + mu / q,
//   -log NB(x) = theta log u - x log((mu + eps) / u) - rise,
// and -slope is the share of its gradient by log theta that depends on gamma
// functions; rise and slope as in theta_terms.hpp. None of the terms cancels
// for a large theta.

namespace scvigor {

// The terms of a large count are large and cancel: float32 would keep too few
// digits of what is left. There are so few that double precision costs
// nothing.
constexpr double kLargeCount = 128.0;

// What there is of a cell's genes.
template <class T>
struct CellMeans {
  const T* scale;  // mu = factor * scale
  T factor;
  ThetaTerms<T> theta;
  std::int64_t genes;
};

// Some non-zero counts; arrays of one length.
template <class T>
struct Entries {
  std::int64_t n = 0;
  AlignedVector<std::int32_t> gene;
  AlignedVector<T> count, scale, theta, inverse_q, rise, slope;

  void reserve(std::size_t size) {
    gene.resize(size);
    for (auto* array : {&count, &scale, &theta, &inverse_q, &rise, &slope})
      array->resize(size);
  }
  void add(std::int32_t g, T x) {
    gene[n] = g;
    count[n] = x;
    ++n;
  }
};

// What the entries' genes have. Numbers are fetched one by one: processors'
// instructions for many at once take longer.
template <class T, class U>
void gather(const CellMeans<T>& cell, Entries<U>& e) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    const auto g = e.gene[k];
    e.scale[k] = static_cast<U>(cell.scale[g]);
    e.theta[k] = static_cast<U>(cell.theta.theta[g]);
    e.inverse_q[k] = static_cast<U>(cell.theta.inverse_q[g]);
  }
}

// rise and slope of whole counts up to kTableCounts.
template <class T>
void look_up(const CellMeans<T>& cell, Entries<T>& e) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    const auto at =
        static_cast<std::int64_t>(e.count[k]) * cell.genes + e.gene[k];
    e.rise[k] = cell.theta.rise[at];
    e.slope[k] = cell.theta.slope[at];
  }
}

// Adds the loss of entries whose terms are at hand.
template <class T>
SCVIGOR_INLINE void entries_loss_body(const Entries<T>& e, T factor,
                                      double* loss) {
  const T* count = e.count.data();
  const T* scale = e.scale.data();
  const T* theta = e.theta.data();
  const T* inverse_q = e.inverse_q.data();
  const T* rise = e.rise.data();
  T sum = T(0);
#pragma omp simd reduction(+ : sum)
  for (std::int64_t k = 0; k < e.n; ++k) {
    const T mu = factor * scale[k];
    const auto odds = vmath::log_ratio(mu * inverse_q[k]);
    sum += theta[k] * odds.log_u -
           (count[k] * vmath::log((mu + T(kEps)) * odds.inverse_u) + rise[k]);
  }
  *loss += static_cast<double>(sum);
}

// rise and slope of counts above kTableCounts, from those of kTableCounts:
// Stirling's series from theta + kTableCounts to theta + x, and for x!.
// Terms are taken relative to log x, so that they stay small.
SCVIGOR_INLINE void stirling_body(const ThetaTerms<float>& terms,
                                  std::int64_t genes,
                                  float log_table_factorial,
                                  Entries<float>& e) {
  constexpr float kBase = static_cast<float>(kTableCounts);
  constexpr float kHalfLogTwoPi = 0.918938533F;
  const float* rise = terms.rise + kTableCounts * genes;
  const float* slope = terms.slope + kTableCounts * genes;
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

SCVIGOR_KERNEL(entries_loss, entries_loss_body,
               (const Entries<float>& e, float factor, double* loss),
               (e, factor, loss))
SCVIGOR_KERNEL(entries_loss, entries_loss_body,
               (const Entries<double>& e, double factor, double* loss),
               (e, factor, loss))
SCVIGOR_KERNEL(stirling, stirling_body,
               (const ThetaTerms<float>& terms, std::int64_t genes,
                float log_table_factorial, Entries<float>& e),
               (terms, genes, log_table_factorial, e))

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

// The gradients of -log NB(x) by log mu and log theta.
struct NbGrad {
  double by_mu;
  double by_theta;
};
inline NbGrad exact_grad(const Entries<double>& e, std::int64_t k,
                         double mu) {
  const double theta = e.theta[k];
  const double r = mu * e.inverse_q[k];
  const double share = r / (1.0 + r);
  const double not_share = theta * e.inverse_q[k] / (1.0 + r);
  const double x = e.count[k];
  return {theta * share - x * (mu / (mu + kEps)) * not_share,
          theta * std::log1p(r) - theta * theta * e.inverse_q[k] * share +
              x * not_share - e.slope[k]};
}

}  // namespace scvigor

#endif
