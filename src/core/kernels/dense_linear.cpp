#include "kernels/dense_linear.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"

namespace scvigor {

at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias) {
  const at::Tensor rows = x.contiguous();
  Tape* tape = Tape::active_for({rows, weight, bias});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(weight.device());
  const at::Tensor y = kernels.dense_linear(rows, weight, bias);
  if (tape != nullptr)
    tape->record(y, [&kernels, rows, weight, bias](const at::Tensor& grad) {
      const DenseLinearGrads grads =
          kernels.dense_linear_backward(rows, weight, bias, grad.contiguous());
      Tape::add_grad(rows, grads.x);
      Tape::add_grad(weight, grads.weight);
      Tape::add_grad(bias, grads.bias);
    });
  return y;
}

}  // namespace scvigor
