#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/tape.hpp"

// float32 by gemm(); float64, which tests use, by LibTorch's BLAS.

namespace scvigor {
namespace {

// All of x.
GemmOutput target(at::Tensor& x, const float* bias = nullptr,
                  float* column_sums = nullptr) {
  return {x.data_ptr<float>(), x.size(1), bias, column_sums};
}

}  // namespace

at::Tensor CpuKernels::dense_linear(const at::Tensor& x,
                                    const at::Tensor& weight,
                                    const at::Tensor& bias) const {
  if (weight.scalar_type() != at::kFloat)
    return ReferenceKernels::dense_linear(x, weight, bias);
  at::Tensor y = Tape::buffer({x.size(0), weight.size(1)}, x.options());
  gemm({view(x),
        view(weight),
        {x.size(0), x.size(1), weight.size(1)},
        target(y, data_or_null<float>(bias))},
       precision_);
  return y;
}

DenseLinearGrads CpuKernels::dense_linear_backward(
    const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
    const at::Tensor& grad_y) const {
  if (weight.scalar_type() != at::kFloat)
    return ReferenceKernels::dense_linear_backward(x, weight, bias, grad_y);
  const bool needs_bias = bias.defined() && bias.requires_grad();
  DenseLinearGrads grads;
  if (x.requires_grad()) {
    grads.x = Tape::buffer(x.sizes(), x.options());
    gemm({view(grad_y),
          view(weight).transposed(),
          {x.size(0), weight.size(1), x.size(1)},
          target(grads.x)},
         precision_);
  }
  if (weight.requires_grad()) {
    grads.weight = Tape::grad_buffer(weight);
    if (needs_bias) grads.bias = Tape::grad_buffer(bias);
    gemm({view(x).transposed(),
          view(grad_y),
          {x.size(1), x.size(0), weight.size(1)},
          target(grads.weight, nullptr, data_or_null<float>(grads.bias))},
         precision_);
  } else if (needs_bias) {
    grads.bias = grad_y.sum(0);
  }
  return grads;
}

}  // namespace scvigor
