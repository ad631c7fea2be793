#include "kernels/sparse_linear.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"

namespace scvigor {

at::Tensor sparse_linear(const SparseCounts& x, const at::Tensor& weight) {
  Tape* tape = Tape::active_for({weight});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(weight.device());
  const at::Tensor y = kernels.sparse_linear(x, weight);
  if (tape != nullptr)
    tape->record(y, [&kernels, x, weight](const at::Tensor& grad) {
      Tape::add_grad(
          weight, kernels.sparse_linear_backward(x, weight, grad.contiguous()));
    });
  return y;
}

}  // namespace scvigor
