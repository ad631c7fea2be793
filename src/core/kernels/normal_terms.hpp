#ifndef SCVIGOR_CORE_KERNELS_NORMAL_TERMS_HPP
#define SCVIGOR_CORE_KERNELS_NORMAL_TERMS_HPP

#include <ATen/core/Tensor.h>

#include "scvigor/choices.hpp"

namespace scvigor {

// The arithmetic of q(z | x) = N(mean, var), n x dimensions each. As separate
// tensor operations it would be twenty and their gradients, each of which
// costs more than its numbers do.

// z = mean + sqrt(var) eps. Differentiable w.r.t. mean and var.
at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                       const at::Tensor& eps);

// var = exp(raw) + min_var, or softplus(raw) + min_var: the variance head of
// an encoder. Differentiable w.r.t. raw.
at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                      double min_var);

// KL(N(mean, var) || N(0, 1)) = 1/2 sum (mean^2 + var - 1 - log var), the sum
// over the dimensions.
struct NormalKl {
  at::Tensor per_cell;  // n, without a gradient
  at::Tensor mean;      // over the cells; differentiable w.r.t. mean and var
};
NormalKl normal_kl(const at::Tensor& mean, const at::Tensor& var);

struct NormalGrads {
  at::Tensor mean, var;
};

}  // namespace scvigor

#endif
