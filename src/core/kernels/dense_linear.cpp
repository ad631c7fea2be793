#include "kernels/dense_linear.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/forms.hpp"
#include "kernels/matrix_product.hpp"

namespace scvigor {
namespace {

MatrixView view(const at::Tensor& x) {
  return {x.data_ptr<float>(), x.size(1), 1};
}

// An undefined or empty tensor: no such array.
float* data_or_null(const at::Tensor& x) {
  return x.defined() && x.numel() > 0 ? x.data_ptr<float>() : nullptr;
}

// All of x.
ProductTarget target(at::Tensor& x, const float* bias = nullptr,
                     float* column_sums = nullptr) {
  return {x.data_ptr<float>(), x.size(1), bias, column_sums};
}

class DenseLinear : public torch::autograd::Function<DenseLinear> {
 public:
  // bias: empty stands for none
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    ctx->save_for_backward({x, weight});
    ctx->saved_data["has_bias"] = bias.numel() > 0;
    at::Tensor out = at::empty({x.size(0), weight.size(1)}, x.options());
    matrix_product(view(x), view(weight),
                   {x.size(0), x.size(1), weight.size(1)},
                   target(out, data_or_null(bias)));
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grad_outputs) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& weight = saved[1];
    const at::Tensor grad = grad_outputs[0].contiguous();
    const bool has_bias = ctx->saved_data["has_bias"].toBool();
    at::Tensor by_x, by_weight, by_bias;
    if (ctx->needs_input_grad(0)) {
      by_x = at::empty_like(x);
      matrix_product(view(grad), view(weight).transposed(),
                     {x.size(0), weight.size(1), x.size(1)}, target(by_x));
    }
    if (ctx->needs_input_grad(1)) {
      by_weight = at::empty_like(weight);
      if (has_bias) by_bias = at::empty({weight.size(1)}, weight.options());
      matrix_product(view(x).transposed(), view(grad),
                     {x.size(1), x.size(0), weight.size(1)},
                     target(by_weight, nullptr, data_or_null(by_bias)));
    } else if (has_bias) {
      by_bias = grad.sum(0);  // a frozen weight
    }
    return {by_x, by_weight, by_bias};
  }
};

}  // namespace

at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias) {
  if (!has_kernel(weight) || weight.scalar_type() != at::kFloat)
    return dense_linear_reference(x, weight, bias);
  return DenseLinear::apply(
      x.contiguous(), weight,
      bias.defined() ? bias : at::empty({0}, weight.options()));
}

at::Tensor dense_linear_reference(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias) {
  return bias.defined() ? at::addmm(bias, x, weight) : at::mm(x, weight);
}

}  // namespace scvigor
