#ifndef SCVIGOR_CORE_KERNELS_CPU_NB_RATIOS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_NB_RATIOS_HPP

#include "kernels/cpu/theta_terms.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// What the negative binomial makes of mu and theta; notation as in
// count_loss_row.hpp.

namespace scvigor {

// log u - p, p = r / u: of a small p by the series p^2 / 2 + p^3 / 3 + ...,
// since the difference would lose its digits. In float32 the cubic that
// multiplies p^2 is off by 5e-8, relative, on 0 .. 1/16.
constexpr double kMaxSeriesP = 1.0 / 16;
SCVIGOR_INLINE float log_u_minus_p(float log_u, float p) {
  const float high = 0.22249212F * p + 0.24909999F;
  const float low = 0.3333447F * p + 0.5F;
  const float p2 = p * p;
  const float series = p2 * (high * p2 + low);
  return p < static_cast<float>(kMaxSeriesP) ? series : log_u - p;
}
SCVIGOR_INLINE double log_u_minus_p(double log_u, double p) {
  if (p >= kMaxSeriesP) return log_u - p;
  constexpr int kTerms = 14;
  double series = 0.0;
  for (int k = kTerms; k >= 2; --k) series = series * p + 1.0 / k;
  return p * p * series;
}

// log u - (theta / q) p_mu
template <class T>
SCVIGOR_INLINE T nb_d_log_u(T log_u, T p_mu, T inverse_q) {
  return log_u_minus_p(log_u, p_mu) + T(kEps) * inverse_q * p_mu;
}

// Functions of mu and theta, from one division: `other` joins the denominators,
// and comes back inverted.
template <class T>
struct NbRatios {
  T log_u;
  T p_mu;          // mu / (theta + mu + eps) = r / u
  T d_log_u;       // log u - (theta / q) p_mu
  T p_theta;       // theta / (theta + mu + eps) = (theta / q) / u
  T mu_by_mu_eps;  // mu / (mu + eps)
  T inverse_other;
};
template <class T>
SCVIGOR_INLINE NbRatios<T> nb_ratios(T mu, T theta, T inverse_q, T other) {
  // Where a product of denominators would leave float32: the ratios have
  // reached their limits long before. NaN stays.
  constexpr T kMaxRatio = T(1e20);
  constexpr T kMaxMean = T(1e15);
  T r = mu * inverse_q;
  r = r > kMaxRatio ? kMaxRatio : r;
  mu = mu > kMaxMean ? kMaxMean : mu;
  const T u = T(1) + r;
  const T m = mu + T(kEps);
  const T inverse = T(1) / ((u * m) * other);
  const T inverse_um = inverse * other;
  const T inverse_u = inverse_um * m;
  const T p_mu = r * inverse_u;
  const T theta_by_q = theta * inverse_q;
  const T log_u = vmath::log_of_sum(r, u, inverse_u);
  return {log_u,
          p_mu,
          nb_d_log_u(log_u, p_mu, inverse_q),
          theta_by_q * inverse_u,
          mu * inverse_um * u,
          inverse * (u * m)};
}

}  // namespace scvigor

#endif
