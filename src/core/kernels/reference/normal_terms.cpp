#include <ATen/ops/exp.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>

#include "distributions/distributions.hpp"
#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

at::Tensor ReferenceKernels::normal_draw(const at::Tensor& mean,
                                         const at::Tensor& var,
                                         const at::Tensor& eps) const {
  return mean + var.sqrt() * eps;
}

at::Tensor ReferenceKernels::normal_draw_backward(
    const at::Tensor& var, const at::Tensor& eps,
    const at::Tensor& grad_z) const {
  return grad_z * eps / (2 * var.sqrt());
}

at::Tensor ReferenceKernels::normal_var(const at::Tensor& raw,
                                        VarActivation activation,
                                        double min_var) const {
  return (activation == VarActivation::kExp ? at::exp(raw)
                                            : at::softplus(raw)) +
         min_var;
}

at::Tensor ReferenceKernels::normal_var_backward(
    const at::Tensor& raw, VarActivation activation,
    const at::Tensor& grad_var) const {
  return grad_var *
         (activation == VarActivation::kExp ? at::exp(raw) : at::sigmoid(raw));
}

NormalKl ReferenceKernels::normal_kl(const at::Tensor& mean,
                                     const at::Tensor& var) const {
  const at::Tensor per_cell = kl_standard_normal(mean, var).sum(-1);
  return {per_cell, per_cell.mean()};
}

NormalGrads ReferenceKernels::normal_kl_backward(const at::Tensor& mean,
                                                 const at::Tensor& var,
                                                 const at::Tensor& grad) const {
  const at::Tensor per_cell = grad / static_cast<double>(mean.size(0));
  return {per_cell * mean, per_cell * (0.5 - 0.5 / var)};
}

}  // namespace scvigor
