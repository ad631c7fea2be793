#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {

at::Tensor ReferenceKernels::dense_linear(const at::Tensor& x,
                                          const at::Tensor& weight,
                                          const at::Tensor& bias) const {
  return bias.defined() ? at::addmm(bias, x, weight) : at::mm(x, weight);
}

DenseLinearGrads ReferenceKernels::dense_linear_backward(
    const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
    const at::Tensor& grad_y) const {
  DenseLinearGrads grads;
  if (x.requires_grad()) grads.x = at::mm(grad_y, weight.t());
  if (weight.requires_grad()) grads.weight = at::mm(x.t(), grad_y);
  if (bias.defined() && bias.requires_grad()) grads.bias = grad_y.sum(0);
  return grads;
}

}  // namespace scvigor
