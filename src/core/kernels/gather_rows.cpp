#include "kernels/gather_rows.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

at::Tensor gather_rows(const at::Tensor& weight, const at::Tensor& codes,
                       const at::Tensor& sum) {
  if (sum.defined() && sum.dim() == 1) return sum + gather_rows(weight, codes);
  const at::Tensor rows = sum.defined() ? sum.contiguous() : sum;
  Tape* tape = Tape::active_for({weight, rows});
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(weight.device());
  const at::Tensor levels = codes.contiguous();
  const at::Tensor y = kernels.gather_rows(weight, levels, rows);
  if (tape != nullptr)
    tape->record(y, [&kernels, weight, levels, rows](const at::Tensor& grad) {
      if (weight.requires_grad())
        Tape::add_grad(weight, kernels.gather_rows_backward(
                                   levels, weight.size(0), grad.contiguous()));
      Tape::add_grad(rows, grad);
    });
  return y;
}

}  // namespace scvigor
