#include "kernels/normal_terms.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"

namespace scvigor {

at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                       const at::Tensor& eps) {
  const at::Tensor m = mean.contiguous();
  const at::Tensor v = var.contiguous();
  Tape* tape = Tape::active_for({m, v});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(m.device());
  const at::Tensor noise = eps.contiguous();
  const at::Tensor z = kernels.normal_draw(m, v, noise);
  if (tape != nullptr)
    tape->record(z, [&kernels, m, v, noise](const at::Tensor& grad) {
      if (v.requires_grad())
        Tape::add_grad(
            v, kernels.normal_draw_backward(v, noise, grad.contiguous()));
      Tape::add_grad(m, grad);
    });
  return z;
}

at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                      double min_var) {
  const at::Tensor x = raw.contiguous();
  Tape* tape = Tape::active_for({x});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(x.device());
  const at::Tensor var = kernels.normal_var(x, activation, min_var);
  if (tape != nullptr)
    tape->record(var, [&kernels, x, activation](const at::Tensor& grad) {
      Tape::add_grad(
          x, kernels.normal_var_backward(x, activation, grad.contiguous()));
    });
  return var;
}

NormalKl normal_kl(const at::Tensor& mean, const at::Tensor& var) {
  const at::Tensor m = mean.contiguous();
  const at::Tensor v = var.contiguous();
  Tape* tape = Tape::active_for({m, v});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(m.device());
  const NormalKl kl = kernels.normal_kl(m, v);
  if (tape != nullptr)
    tape->record(kl.mean, [&kernels, m, v](const at::Tensor& grad) {
      const NormalGrads grads = kernels.normal_kl_backward(m, v, grad);
      Tape::add_grad(m, grads.mean);
      Tape::add_grad(v, grads.var);
    });
  return kl;
}

}  // namespace scvigor
