#ifndef SCVIGOR_CORE_DISTRIBUTIONS_DISTRIBUTIONS_HPP
#define SCVIGOR_CORE_DISTRIBUTIONS_DISTRIBUTIONS_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// Log-probabilities and divergences as pure functions of tensors that
// broadcast against one another; differentiable. In nats.

// Negative binomial with mean mu and inverse dispersion theta.
at::Tensor nb_log_prob(const at::Tensor& x, const at::Tensor& mu,
                       const at::Tensor& theta);

// NB with additional zeros; pi are the logits of a structural zero.
at::Tensor zinb_log_prob(const at::Tensor& x, const at::Tensor& mu,
                         const at::Tensor& theta, const at::Tensor& pi);

at::Tensor poisson_log_prob(const at::Tensor& x, const at::Tensor& rate);

// `scale` is the standard deviation.
at::Tensor normal_log_prob(const at::Tensor& x, const at::Tensor& loc,
                           const at::Tensor& scale);

// KL of N(mean, var) from N(0, 1), and from N(prior_mean, prior_var).
at::Tensor kl_standard_normal(const at::Tensor& mean, const at::Tensor& var);
at::Tensor kl_two_normals(const at::Tensor& mean, const at::Tensor& var,
                          const at::Tensor& prior_mean,
                          const at::Tensor& prior_var);

}  // namespace scvigor

#endif
