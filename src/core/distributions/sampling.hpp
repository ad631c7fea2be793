#ifndef SCVIGOR_CORE_DISTRIBUTIONS_SAMPLING_HPP
#define SCVIGOR_CORE_DISTRIBUTIONS_SAMPLING_HPP

#include <ATen/core/Tensor.h>

#include "util/rng.hpp"

namespace scvigor {

// Draws, one for each element of the parameters, which have one shape.

// The rate of the Poisson inside a negative binomial: gamma with mean mu and
// shape theta.
at::Tensor sample_gamma_rate(const at::Tensor& mu, const at::Tensor& theta,
                             Rng& rng);
// Rates above 1e8 are clamped.
at::Tensor sample_poisson(const at::Tensor& rate, Rng& rng);
at::Tensor sample_normal(const at::Tensor& loc, const at::Tensor& scale,
                         Rng& rng);
// x, or 0 with the probability whose logits are pi.
at::Tensor drop_out(const at::Tensor& x, const at::Tensor& pi, Rng& rng);

}  // namespace scvigor

#endif
