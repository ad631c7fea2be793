#include "kernels/count_loss.hpp"

#include <utility>

#include "kernels/count_loss_pass.hpp"
#include "kernels/forms.hpp"
#include "kernels/tape.hpp"

namespace scvigor {
namespace {

CountLoss count_loss_kernel(const CountLossInput& in, const SparseCounts& x) {
  const auto tensors = inputs_of(in);
  Tape* tape = Tape::of(tensors);
  CountLossWanted wanted{};
  for (std::size_t i = 0; i < tensors.size(); ++i)
    wanted[i] = tape != nullptr && tensors[i].defined() &&
                tensors[i].requires_grad();
  CountLossResults results = run_count_loss_pass(in, x, wanted);
  const CountLoss out{results.of_cell, results.mean};
  if (tape != nullptr)
    tape->note(out.mean, [tensors, grads = results.grads](
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
