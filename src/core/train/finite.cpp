// Training ends as soon as a number is NaN or infinite.

#include <cmath>

#include "train/trainer.hpp"
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

void Trainer::check_weights() const {
  bool finite = true;
  for (const auto& entry : vae_.state().entries())
    for (const auto& part : entry.parts) finite = finite && all_finite(part);
  if (!finite) fail("A weight became NaN or infinite", epoch_);
}

void Trainer::fail(const std::string& what, std::int64_t epoch) const {
  throw NumericError(
      epoch, what + " in epoch " + std::to_string(epoch) +
                 ". Try a smaller `lr`, set `gradient_clip_val` (for example "
                 "10), or look for cells with extreme counts or covariates.");
}

}  // namespace scvigor
