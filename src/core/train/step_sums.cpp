#include "train/step_sums.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include "kernels/kernels.hpp"

namespace scvigor {

StepSums::StepSums(at::Device device)
    : totals_(at::zeros({kNumStepTotals},
                        at::TensorOptions(at::kDouble).device(device))),
      finite_(totals_.select(0, kTotalFinite)) {
  reset();
}

void StepSums::reset() {
  const at::NoGradGuard no_grad;
  totals_.zero_();
  finite_.fill_(1.0);
}

void StepSums::add(const StepOutcome& step) {
  const at::NoGradGuard no_grad;
  kernels_for(totals_.device()).add_step(step, totals_);
}

StepSums::Values StepSums::read() const {
  const at::Tensor totals = totals_.to(at::kCPU);
  const double* value = totals.data_ptr<double>();
  Values out;
  out.sums.loss = value[kTotalLoss];
  out.sums.reconstruction_loss = value[kTotalReconstruction];
  out.sums.kl_local = value[kTotalKlLocal];
  out.n_steps = static_cast<std::int64_t>(value[kTotalSteps]);
  out.finite = value[kTotalFinite] != 0.0;
  out.failed_loss = value[kTotalFailedLoss];
  return out;
}

bool StepSums::has_failed() const {
  return finite_.is_cpu() && *finite_.data_ptr<double>() == 0.0;
}

}  // namespace scvigor
