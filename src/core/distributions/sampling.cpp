#include "distributions/sampling.hpp"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// Above this rate float32 cannot hold a Poisson draw; scvi-tools clamps there
// too.
constexpr double kMaxRate = 1e8;

}  // namespace

at::Tensor sample_gamma_rate(const at::Tensor& mu, const at::Tensor& theta,
                             Rng& rng) {
  return rng.standard_gamma(theta) * (mu / theta);
}

at::Tensor sample_poisson(const at::Tensor& rate, Rng& rng) {
  return rng.poisson(rate.clamp_max(kMaxRate));
}

at::Tensor sample_normal(const at::Tensor& loc, const at::Tensor& scale,
                         Rng& rng) {
  return loc + scale * rng.normal(loc.sizes(), loc.options());
}

at::Tensor drop_out(const at::Tensor& x, const at::Tensor& pi, Rng& rng) {
  const at::Tensor u = rng.uniform(x.sizes(), 0.0, 1.0, x.options());
  return at::where(u < at::sigmoid(pi), at::zeros_like(x), x);
}

}  // namespace scvigor
