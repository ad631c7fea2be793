#include "kernels/count_loss.hpp"

#include <utility>

#include "kernels/backend.hpp"
#include "kernels/cpu/count_loss_pass.hpp"
#include "kernels/tape.hpp"

namespace scvigor {
namespace {

CountLoss count_loss_kernel(const LikelihoodInput& in, const SparseCounts& x) {
  const auto tensors = inputs_of(in);
  Tape* tape = Tape::active_for(tensors);
  CountLossWanted wanted{};
  for (std::size_t i = 0; i < tensors.size(); ++i)
    wanted[i] =
        tape != nullptr && tensors[i].defined() && tensors[i].requires_grad();
  CountLossResults results = run_count_loss_pass(in, x, wanted);
  const CountLoss out{results.per_cell, results.mean};
  if (tape != nullptr)
    tape->record(out.mean, [tensors, grads = results.grads](
                               const at::Tensor& grad) mutable {
      const double factor = grad.item<double>();
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (!grads[i].defined()) continue;
        if (factor != 1.0) grads[i].mul_(factor);
        Tape::add_grad(tensors[i], std::move(grads[i]));
      }
    });
  return out;
}

}  // namespace

LikelihoodInput multiplied_out(LikelihoodInput input) {
  for (LazyLogits* logits :
       {&input.scale_logits, &input.dropout_logits, &input.log_theta})
    if (logits->is_deferred()) *logits = logits->tensor();
  return input;
}

// Products within the pass are made in float32 alone.
CountLoss count_loss(const LikelihoodInput& input, const SparseCounts& x) {
  if (!has_kernel(input.log_factor) ||
      input.likelihood == GeneLikelihood::kNormal)
    return count_loss_reference(input, x);
  return input.log_factor.scalar_type() == at::kFloat
             ? count_loss_kernel(input, x)
             : count_loss_kernel(multiplied_out(input), x);
}

}  // namespace scvigor
