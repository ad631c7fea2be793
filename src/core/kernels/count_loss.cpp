#include "kernels/count_loss.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <string>
#include <vector>

#include "kernels/count_loss_pass.hpp"
#include "kernels/forms.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// Autograd's functions take no undefined tensors: an empty one stands in.
at::Tensor fill_in(const at::Tensor& tensor, const at::Tensor& like) {
  return tensor.defined() ? tensor : at::empty({0}, like.options());
}

class CountLossFunction
    : public torch::autograd::Function<CountLossFunction> {
 public:
  // The tensors are those of `in`, in the order of CountLossGrads; they are
  // named for autograd's sake.
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext* ctx, const at::Tensor& /*hidden*/,
      const at::Tensor& /*scale*/, const at::Tensor& /*scale_weight*/,
      const at::Tensor& /*scale_bias*/, const at::Tensor& /*dropout*/,
      const at::Tensor& /*dropout_weight*/,
      const at::Tensor& /*dropout_bias*/, const at::Tensor& /*theta*/,
      const at::Tensor& /*theta_weight*/, const at::Tensor& /*theta_bias*/,
      const at::Tensor& /*log_factor*/, const CountLossInput& in,
      const SparseCounts& x, const CountLossWanted& wanted) {
    CountLossResults results = run_count_loss_pass(in, x, wanted);
    for (std::size_t i = 0; i < results.grads.size(); ++i)
      ctx->saved_data[std::to_string(i)] = results.grads[i];
    ctx->mark_non_differentiable({results.of_cell});
    return {results.mean, results.of_cell};
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grad_outputs) {
    const double factor = grad_outputs[0].item<double>();
    torch::autograd::variable_list grads;
    for (std::size_t i = 0; i < kCountLossInputs; ++i) {
      at::Tensor grad = ctx->saved_data[std::to_string(i)].toTensor();
      if (grad.defined() && factor != 1.0) grad = grad * factor;
      grads.push_back(std::move(grad));
    }
    // The optimizer takes over what nobody else holds, without a copy.
    ctx->saved_data.clear();
    grads.resize(kCountLossInputs + 3);  // no gradient by the rest
    return grads;
  }
};

CountLoss count_loss_kernel(const CountLossInput& in, const SparseCounts& x) {
  const auto tensors = inputs_of(in);
  CountLossWanted wanted{};
  for (std::size_t i = 0; i < tensors.size(); ++i)
    wanted[i] = at::GradMode::is_enabled() && tensors[i].defined() &&
                tensors[i].requires_grad();
  const auto given = [&](std::size_t i) {
    return fill_in(tensors[i], in.log_factor);
  };
  const auto out = CountLossFunction::apply(
      given(0), given(1), given(2), given(3), given(4), given(5), given(6),
      given(7), given(8), given(9), given(10), in, x, wanted);
  return {out[1], out[0]};
}

}  // namespace

CountLossInput multiplied_out(CountLossInput input) {
  for (Logits* logits :
       {&input.scale_logits, &input.dropout_logits, &input.log_theta})
    if (logits->is_product()) *logits = logits->tensor();
  return input;
}

// Products within the pass are made in float32 alone.
CountLoss count_loss(const CountLossInput& input, const SparseCounts& x) {
  if (!has_kernel(input.log_factor) ||
      input.likelihood == GeneLikelihood::kNormal)
    return count_loss_reference(input, x);
  return input.log_factor.scalar_type() == at::kFloat
             ? count_loss_kernel(input, x)
             : count_loss_kernel(multiplied_out(input), x);
}

}  // namespace scvigor
