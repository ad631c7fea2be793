#include <ATen/ops/batch_norm.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <tuple>

#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

at::Tensor with_linear_bias(const BatchNormInput& in) {
  return in.linear_bias.defined() ? in.x + in.linear_bias : in.x;
}

// The gradient w.r.t. the output of the BatchNorm itself.
at::Tensor through_activation(const BatchNormInput& in, const at::Tensor& y,
                              const at::Tensor& grad_y) {
  at::Tensor grad = in.mask.defined() ? grad_y * in.mask : grad_y;
  return in.relu ? at::where(y > 0, grad, at::zeros_like(grad)) : grad;
}

}  // namespace

BatchNormOutput ReferenceKernels::batch_norm_training(
    const BatchNormInput& in) const {
  auto [y, mean, inv_sd] = at::native_batch_norm(
      with_linear_bias(in), in.weight, in.bias, in.running_mean, in.running_var,
      /*training=*/true, in.momentum, in.eps);
  if (in.relu) y = at::relu(y);
  if (in.mask.defined()) y = y * in.mask;
  return {y, mean, inv_sd};
}

BatchNormGrads ReferenceKernels::batch_norm_training_backward(
    const BatchNormInput& in, const BatchNormOutput& out,
    const at::Tensor& grad_y) const {
  BatchNormGrads grads;
  std::tie(grads.x, grads.weight, grads.bias) = at::native_batch_norm_backward(
      through_activation(in, out.y, grad_y), with_linear_bias(in), in.weight,
      in.running_mean, in.running_var, out.mean, out.inv_sd, /*train=*/true,
      in.eps, {true, true, true});
  return grads;
}

at::Tensor ReferenceKernels::batch_norm_inference(
    const BatchNormInput& in) const {
  const at::Tensor y =
      at::batch_norm(with_linear_bias(in), in.weight, in.bias, in.running_mean,
                     in.running_var, /*training=*/false, in.momentum, in.eps,
                     /*cudnn_enabled=*/false);
  return in.relu ? at::relu(y) : y;
}

BatchNormGrads ReferenceKernels::batch_norm_inference_backward(
    const BatchNormInput& in, const at::Tensor& y,
    const at::Tensor& grad_y) const {
  const at::Tensor grad = through_activation(in, y, grad_y);
  const at::Tensor inv_sd = (in.running_var + in.eps).rsqrt();
  const at::Tensor centered = with_linear_bias(in) - in.running_mean;
  BatchNormGrads grads;
  grads.x = grad * (in.weight * inv_sd);
  grads.weight = (grad * centered).sum(0) * inv_sd;
  grads.bias = grad.sum(0);
  if (in.linear_bias.defined()) grads.linear_bias = grads.x.sum(0);
  return grads;
}

}  // namespace scvigor
