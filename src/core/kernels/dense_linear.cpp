#include "kernels/dense_linear.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>

#include "kernels/backend.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/tape.hpp"

namespace scvigor {
namespace {

// All of x.
GemmOutput target(at::Tensor& x, const float* bias = nullptr,
                  float* column_sums = nullptr) {
  return {x.data_ptr<float>(), x.size(1), bias, column_sums};
}

at::Tensor forward(const at::Tensor& x, const at::Tensor& weight,
                   const at::Tensor& bias) {
  at::Tensor out = at::empty({x.size(0), weight.size(1)}, x.options());
  gemm({view(x),
        view(weight),
        {x.size(0), x.size(1), weight.size(1)},
        target(out, data_or_null<float>(bias))});
  return out;
}

void backward(const at::Tensor& x, const at::Tensor& weight,
              const at::Tensor& bias, const at::Tensor& grad) {
  if (x.requires_grad()) {
    at::Tensor grad_x = at::empty_like(x);
    gemm({view(grad),
          view(weight).transposed(),
          {x.size(0), weight.size(1), x.size(1)},
          target(grad_x)});
    Tape::add_grad(x, grad_x);
  }
  if (weight.requires_grad()) {
    at::Tensor grad_weight = at::empty_like(weight);
    at::Tensor grad_bias;
    if (bias.defined()) grad_bias = at::empty_like(bias);
    gemm({view(x).transposed(),
          view(grad),
          {x.size(1), x.size(0), weight.size(1)},
          target(grad_weight, nullptr, data_or_null<float>(grad_bias))});
    Tape::add_grad(weight, grad_weight);
    Tape::add_grad(bias, grad_bias);
  } else if (bias.defined() && bias.requires_grad()) {
    Tape::add_grad(bias, grad.sum(0));
  }
}

}  // namespace

at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias) {
  if (!has_kernel(weight) || weight.scalar_type() != at::kFloat)
    return dense_linear_reference(x, weight, bias);
  const at::Tensor rows = x.contiguous();
  at::Tensor out = forward(rows, weight, bias);
  if (Tape* tape = Tape::active_for({rows, weight, bias}))
    tape->record(out, [rows, weight, bias](const at::Tensor& grad) {
      backward(rows, weight, bias, grad.contiguous());
    });
  return out;
}

at::Tensor dense_linear_reference(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias) {
  return bias.defined() ? at::addmm(bias, x, weight) : at::mm(x, weight);
}

}  // namespace scvigor
