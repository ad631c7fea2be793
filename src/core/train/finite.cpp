// Training ends as soon as a number is NaN or infinite.

#include <cmath>

#include "train/trainer.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {

void Trainer::check_steps(const StepSums::Values& steps) const {
  if (steps.finite) return;
  const double loss = steps.failed_loss;
  if (std::isfinite(loss))
    fail("A gradient became NaN or infinite", epoch_ + 1);
  fail(
      std::string("The loss became ") + (std::isnan(loss) ? "NaN" : "infinite"),
      epoch_ + 1);
}

// Another device than the CPU adds up its answers, which are read once.
void Trainer::check_weights() const {
  bool finite = true;
  at::Tensor sum;  // 0, or not finite
  for (const auto& entry : vae_.state().entries())
    for (const auto& part : entry.parts) {
      if (part.is_cpu()) {
        finite = finite && all_finite(part);
      } else if (part.is_floating_point()) {
        const at::Tensor of_part = (part.detach() * 0.0).sum();
        sum = sum.defined() ? sum + of_part : of_part;
      }
    }
  if (sum.defined()) finite = finite && sum.item<double>() == 0.0;
  if (!finite) fail("A weight became NaN or infinite", epoch_);
}

void Trainer::fail(const std::string& what, std::int64_t epoch) const {
  throw NumericError(
      epoch, what + " in epoch " + std::to_string(epoch) +
                 ". Try a smaller `lr`, set `gradient_clip_val` (for example "
                 "10), or look for cells with extreme counts or covariates.");
}

}  // namespace scvigor
