#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "kernels/reference/reference_kernels.hpp"
#include "kernels/tape.hpp"
#include "util/tensor_operators.hpp"

// The loss from plain tensors, and its gradients by autograd.

namespace scvigor {
namespace {

// The input with other tensors, in the order of differentiable_inputs().
LikelihoodInput with_inputs(LikelihoodInput in,
                            const CountLossTensors& tensors) {
  const auto* tensor = &tensors[1];
  for (LazyLogits* logits :
       {&in.scale_logits, &in.dropout_logits, &in.log_theta}) {
    *logits = logits->is_deferred()
                  ? LazyLogits(tensors[0], tensor[1], tensor[2])
                  : LazyLogits(tensor[0]);
    tensor += 3;
  }
  in.log_factor = tensors.back();
  return in;
}

}  // namespace

CountLossResults ReferenceKernels::count_loss(
    const LikelihoodInput& input, const SparseCounts& x,
    const CountLossMask& needs_grad) const {
  const bool with_grad =
      std::find(needs_grad.begin(), needs_grad.end(), true) != needs_grad.end();
  const at::AutoGradMode grad_mode(with_grad);
  CountLossTensors leaves = differentiable_inputs(input);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    if (leaves[i].defined())
      leaves[i] = leaves[i].detach().requires_grad_(needs_grad[i]);

  Tape tape;
  const LikelihoodParameters p = parameters_of(with_inputs(input, leaves));
  const at::Tensor loss =
      -likelihood_of(input.likelihood).log_prob(x.dense(), p).sum(-1);
  const at::Tensor mean = input.cell_weight.defined()
                              ? (loss * input.cell_weight).sum()
                              : loss.mean();
  CountLossResults out{loss.detach(), mean.detach(), {}};
  if (!with_grad) return out;
  tape.backward({{mean}});
  for (std::size_t i = 0; i < leaves.size(); ++i)
    if (needs_grad[i]) out.grads[i] = leaves[i].grad();
  return out;
}

}  // namespace scvigor
