#include <ATen/ops/mm.h>

#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {

at::Tensor ReferenceKernels::sparse_linear(const SparseCounts& x,
                                           const at::Tensor& weight) const {
  return at::mm(x.dense(), weight);
}

at::Tensor ReferenceKernels::sparse_linear_backward(
    const SparseCounts& x, const at::Tensor&, const at::Tensor& grad_y) const {
  return at::mm(x.dense().t(), grad_y);
}

}  // namespace scvigor
