#include "distributions/distributions.hpp"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/lgamma.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>
#include <ATen/ops/xlogy.h>

#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

constexpr double kEps = 1e-8;  // scvi-tools' eps inside the logarithms

// log probability of a zero: theta [log(theta + eps) - log(theta + mu + eps)],
// written as -theta log1p(r), r = mu / (theta + eps), so that a large theta
// does not cancel. Its derivative w.r.t. theta, r / (1 + r) - log1p(r), does
// where r is small, too much for float32; there it is the series of log1p, with
// theta r = mu - eps r.
at::Tensor nb_log_zero(const at::Tensor& mu, const at::Tensor& theta) {
  constexpr double kSmall = 1.0 / 64;
  const at::Tensor r = mu / (theta + kEps);
  const at::Tensor log_zero = -theta * at::log1p(r);
  if (r.scalar_type() != at::kFloat) return log_zero;
  const at::Tensor s = r.clamp_max(kSmall);
  const at::Tensor series =
      (kEps * s - mu) * (1.0 - s * (0.5 - s * (1.0 / 3 - s * 0.25)));
  return at::where(r < kSmall, series, log_zero);
}

// lgamma(z) - [(z - 1/2) log z - z + log(2 pi) / 2], exact from 16 on.
at::Tensor stirling_tail(const at::Tensor& z) {
  const at::Tensor i = z.reciprocal();
  const at::Tensor i2 = i * i;
  return i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 / 1680)));
}

// lgamma(theta + x) - lgamma(theta). Of a large theta the two are large and
// close: there their difference comes from Stirling's series.
at::Tensor lgamma_difference(const at::Tensor& x, const at::Tensor& theta) {
  constexpr double kStirlingFrom = 16.0;
  const at::Tensor a = theta.clamp_min(kStirlingFrom);
  const at::Tensor b = a + x;
  return at::where(theta < kStirlingFrom,
                   at::lgamma(theta + x) - at::lgamma(theta),
                   (b - 0.5) * at::log1p(x / a) + x * (at::log(a) - 1.0) +
                       stirling_tail(b) - stirling_tail(a));
}

// What a count x adds to the log probability of a zero; 0 at x = 0.
at::Tensor nb_log_count(const at::Tensor& x, const at::Tensor& mu,
                        const at::Tensor& theta) {
  return x * (at::log(mu + kEps) - at::log(theta + mu + kEps)) +
         lgamma_difference(x, theta) - at::lgamma(x + 1);
}

// A rate below this counts as this one in the logarithm, so that it stays
// finite where exp() of the logits has underflowed.
double min_rate(const at::Tensor& rate) {
  return rate.scalar_type() == at::kFloat ? 1e-30 : 1e-300;
}

}  // namespace

at::Tensor nb_log_prob(const at::Tensor& x, const at::Tensor& mu,
                       const at::Tensor& theta) {
  return nb_log_zero(mu, theta) + nb_log_count(x, mu, theta);
}

at::Tensor zinb_log_prob(const at::Tensor& x, const at::Tensor& mu,
                         const at::Tensor& theta, const at::Tensor& pi) {
  const at::Tensor zero = nb_log_zero(mu, theta);
  const at::Tensor not_dropped = at::softplus(-pi);
  return at::where(x < kEps, at::softplus(zero - pi) - not_dropped,
                   zero + nb_log_count(x, mu, theta) - not_dropped - pi);
}

at::Tensor poisson_log_prob(const at::Tensor& x, const at::Tensor& rate) {
  return at::xlogy(x, at::clamp_min(rate, min_rate(rate))) - rate -
         at::lgamma(x + 1);
}

at::Tensor normal_log_prob(const at::Tensor& x, const at::Tensor& loc,
                           const at::Tensor& scale) {
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  const at::Tensor d = (x - loc) / scale;
  return -0.5 * d * d - at::log(scale) - kHalfLogTwoPi;
}

at::Tensor kl_standard_normal(const at::Tensor& mean, const at::Tensor& var) {
  return 0.5 * (var + mean * mean - 1 - at::log(var));
}

at::Tensor kl_two_normals(const at::Tensor& mean, const at::Tensor& var,
                          const at::Tensor& prior_mean,
                          const at::Tensor& prior_var) {
  const at::Tensor d = mean - prior_mean;
  const at::Tensor ratio = var / prior_var;
  return 0.5 * (ratio + d * d / prior_var - 1 - at::log(ratio));
}

}  // namespace scvigor
