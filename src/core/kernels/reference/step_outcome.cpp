#include "kernels/step_outcome.hpp"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// 1, or 0 where a number is NaN or infinite: 0 x is 0 for a finite x alone.
at::Tensor finite_number(const at::Tensor& x) {
  return (x * 0.0).sum(at::kDouble).eq(0.0).to(at::kDouble);
}

}  // namespace

void ReferenceKernels::add_step(const StepOutcome& step,
                                at::Tensor& totals) const {
  at::Tensor loss = at::zeros_like(totals.select(0, kTotalLoss));
  for (const auto& term : step.objective)
    loss = loss + term.weight * term.number.detach().to(at::kDouble);
  at::Tensor finite = finite_number(loss);
  for (const auto& gradient : step.gradients)
    finite = finite * finite_number(gradient);

  const at::Tensor before = totals.select(0, kTotalFinite).clone();
  const at::Tensor now = before * finite;
  const auto add = [&](StepTotal total, const at::Tensor& term) {
    totals.select(0, total).add_(
        at::where(now.eq(1.0), term, at::zeros_like(term)));
  };
  const at::Tensor reconstruction = step.reconstruction_loss.sum(at::kDouble);
  const at::Tensor kl_z = step.kl_z.sum(at::kDouble);
  const at::Tensor kl_l = step.kl_l.sum(at::kDouble);
  add(kTotalLoss, reconstruction + step.kl_weight * kl_z + kl_l);
  add(kTotalReconstruction, reconstruction);
  add(kTotalKlLocal, kl_z + kl_l);
  totals.select(0, kTotalSteps).add_(now);
  const at::Tensor failed_loss = totals.select(0, kTotalFailedLoss);
  at::Tensor(failed_loss)
      .copy_(at::where((before - now).eq(1.0), loss, failed_loss));
  totals.select(0, kTotalFinite).copy_(now);
}

void ReferenceKernels::restore_unless(const at::Tensor& finite,
                                      const at::Tensor& saved,
                                      at::Tensor& values) const {
  values.copy_(at::where(finite.eq(1.0), values, saved));
}

void ReferenceKernels::clip_factor(const std::vector<at::Tensor>& gradients,
                                   double max_norm, at::Tensor& factor) const {
  at::Tensor squares = at::zeros_like(factor);
  for (const auto& gradient : gradients)
    squares = squares + gradient.pow(2).sum(at::kDouble);
  factor.copy_((max_norm / (at::sqrt(squares) + 1e-6)).clamp_max(1.0));
}

}  // namespace scvigor
