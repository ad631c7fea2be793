#include "kernels/count_loss.hpp"

#include <ATen/core/grad_mode.h>

#include <utility>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"

namespace scvigor {
namespace {

// Without waiting for another device.
bool is_known_to_be_one(const at::Tensor& grad) {
  if (!grad.is_cpu()) return false;
  return grad.scalar_type() == at::kFloat ? *grad.data_ptr<float>() == 1.0F
                                          : *grad.data_ptr<double>() == 1.0;
}

}  // namespace

CountLossTensors differentiable_inputs(const LikelihoodInput& in) {
  return {in.scale_logits.hidden,
          in.scale_logits.value,
          in.scale_logits.weight,
          in.scale_logits.bias,
          in.dropout_logits.value,
          in.dropout_logits.weight,
          in.dropout_logits.bias,
          in.log_theta.value,
          in.log_theta.weight,
          in.log_theta.bias,
          in.log_factor};
}

// Kernels multiply deferred logits in float32; in float64, which tests use,
// they are multiplied here.
CountLoss count_loss(const LikelihoodInput& input, const SparseCounts& x) {
  const LikelihoodInput in = input.log_factor.scalar_type() == at::kFloat
                                 ? input
                                 : materialize_logits(input);
  const CountLossTensors tensors = differentiable_inputs(in);
  Tape* tape = Tape::active_for(tensors);
  const at::NoGradGuard no_grad;
  CountLossMask needs_grad{};
  for (std::size_t i = 0; i < tensors.size(); ++i)
    needs_grad[i] =
        tape != nullptr && tensors[i].defined() && tensors[i].requires_grad();
  CountLossResults results =
      kernels_for(in.log_factor.device()).count_loss(in, x, needs_grad);
  if (tape != nullptr)
    tape->record(results.mean, [tensors, grads = std::move(results.grads)](
                                   const at::Tensor& grad) mutable {
      const bool scaled = !is_known_to_be_one(grad);
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (!grads[i].defined()) continue;
        if (scaled) grads[i].mul_(grad);
        Tape::add_grad(tensors[i], std::move(grads[i]));
      }
    });
  return {results.per_cell, results.mean};
}

}  // namespace scvigor
