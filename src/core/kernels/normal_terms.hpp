#ifndef SCVIGOR_CORE_KERNELS_NORMAL_TERMS_HPP
#define SCVIGOR_CORE_KERNELS_NORMAL_TERMS_HPP

#include <ATen/core/Tensor.h>

#include "scvigor/choices.hpp"

namespace scvigor {

// Small arithmetic of q(z | x) = N(mean, var), n x dimensions each: as plain
// tensors it takes twenty operations and their gradients, each of which costs
// more than its numbers do.

// mean + sqrt(var) eps. Differentiable by mean and var.
at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                       const at::Tensor& eps);

// What an encoder says of its variance: the activation of `raw`, plus `least`.
at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                      double least);

// KL(N(mean, var) || N(0, 1)), summed up over the dimensions.
struct NormalKl {
  at::Tensor per_cell;  // n, without a gradient
  at::Tensor mean;      // over the cells: differentiable by mean and var
};
NormalKl normal_kl(const at::Tensor& mean, const at::Tensor& var);

}  // namespace scvigor

#endif
