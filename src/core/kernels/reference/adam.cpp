#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

void make_step(const AdamUpdate& update) {
  const AdamConstants<double> c(update.step);
  at::Tensor w = update.w;
  at::Tensor m = update.m;
  at::Tensor v = update.v;
  at::Tensor grad = update.g * c.grad_scale;
  if (update.grad_scale.defined()) grad.mul_(update.grad_scale);
  grad.add_(w, c.coupled_decay);
  m.mul_(c.beta1).add_(grad, 1.0 - c.beta1);
  v.mul_(c.beta2).addcmul_(grad, grad, 1.0 - c.beta2);
  const at::Tensor denominator = v.sqrt().mul_(c.root_factor).add_(c.eps);
  w.mul_(c.decoupled_factor).addcdiv_(m, denominator, -c.step_size);
}

}  // namespace

// A step that is not enabled is taken back.
void ReferenceKernels::adam(const std::vector<AdamUpdate>& updates) const {
  for (const auto& update : updates) {
    if (!update.enabled.defined()) {
      make_step(update);
      continue;
    }
    at::Tensor changed[] = {update.w, update.m, update.v};
    const at::Tensor before[] = {changed[0].clone(), changed[1].clone(),
                                 changed[2].clone()};
    make_step(update);
    for (int i = 0; i < 3; ++i)
      restore_unless(update.enabled, before[i], changed[i]);
  }
}

}  // namespace scvigor
