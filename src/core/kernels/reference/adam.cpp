#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

// All weights at once: a GPU takes as long for one.
void ReferenceKernels::adam(const std::vector<AdamUpdate>& updates) const {
  std::vector<at::Tensor> w, g, m, v;
  std::vector<at::Scalar> minus_step_size, root_factor;
  for (const auto& update : updates) {
    w.push_back(update.w);
    g.push_back(update.g);
    m.push_back(update.m);
    v.push_back(update.v);
    const AdamConstants<double> c(update.step);
    minus_step_size.push_back(-c.step_size);
    root_factor.push_back(c.root_factor);
  }
  const AdamConstants<double> c(updates.front().step);
  const auto grad = at::_foreach_mul(g, c.grad_scale);
  at::_foreach_add_(grad, w, c.coupled_decay);
  at::_foreach_mul_(m, c.beta1);
  at::_foreach_add_(m, grad, 1.0 - c.beta1);
  at::_foreach_mul_(v, c.beta2);
  at::_foreach_addcmul_(v, grad, grad, 1.0 - c.beta2);
  const auto denominator = at::_foreach_sqrt(v);
  at::_foreach_mul_(denominator, root_factor);
  at::_foreach_add_(denominator, c.eps);
  at::_foreach_mul_(w, c.decoupled_factor);
  at::_foreach_addcdiv_(w, m, denominator, minus_step_size);
}

}  // namespace scvigor
