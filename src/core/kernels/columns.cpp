#include "kernels/columns.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"

namespace scvigor {

at::Tensor join_columns(const ColumnList& matrices) {
  ColumnList parts;
  std::int64_t width = 0;
  for (const auto& matrix : matrices) {
    parts.push_back(matrix.contiguous());
    width += matrix.size(1);
  }
  Tape* tape = Tape::active_for(parts);
  const at::NoGradGuard no_grad;
  const at::Tensor& first = parts.front();
  const Kernels& kernels = kernels_for(first.device());
  const at::Tensor y = Tape::buffer({first.size(0), width}, first.options());
  std::int64_t begin = 0;
  for (const auto& part : parts) {
    kernels.copy_columns({part, 0}, {y, begin}, part.size(1));
    begin += part.size(1);
  }
  if (tape != nullptr)
    tape->record(y, [&kernels, parts](const at::Tensor& grad_y) {
      const at::Tensor grad = grad_y.contiguous();
      std::int64_t from = 0;
      for (const auto& part : parts) {
        if (part.requires_grad()) {
          const at::Tensor of_part = Tape::buffer(part.sizes(), part.options());
          kernels.copy_columns({grad, from}, {of_part, 0}, part.size(1));
          Tape::add_grad(part, of_part);
        }
        from += part.size(1);
      }
    });
  return y;
}

at::Tensor column_of(const at::Tensor& matrix, std::int64_t k) {
  const at::NoGradGuard no_grad;
  const at::Tensor out = Tape::buffer({matrix.size(0)}, matrix.options());
  kernels_for(matrix.device())
      .copy_columns({matrix.contiguous(), k}, {out, 0}, 1);
  return out;
}

at::Tensor sum_terms(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.contiguous();
  const at::Tensor y = b.contiguous();
  Tape* tape = Tape::active_for({x, y});
  const at::NoGradGuard no_grad;
  const at::Tensor sum = kernels_for(x.device()).sum_terms(x, y);
  if (tape != nullptr)
    tape->record(sum, [x, y](const at::Tensor& grad) {
      Tape::add_grad(x, grad);
      Tape::add_grad(y, grad);
    });
  return sum;
}

}  // namespace scvigor
