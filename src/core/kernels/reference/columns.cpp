#include <ATen/ops/add.h>

#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {
namespace {

at::Tensor columns(const ColumnSpan& span, std::int64_t n) {
  const at::Tensor& matrix = span.matrix;
  return matrix.dim() == 1 ? matrix.unsqueeze(1)
                           : matrix.narrow(1, span.first, n);
}

}  // namespace

void ReferenceKernels::copy_columns(const ColumnSpan& from,
                                    const ColumnSpan& to,
                                    std::int64_t n) const {
  columns(to, n).copy_(columns(from, n));
}

at::Tensor ReferenceKernels::sum_terms(const at::Tensor& a,
                                       const at::Tensor& b) const {
  return at::add(a, b);
}

}  // namespace scvigor
