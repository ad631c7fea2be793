#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>

#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

at::Tensor ReferenceKernels::gather_rows(const at::Tensor& weight,
                                         const at::Tensor& codes,
                                         const at::Tensor& sum) const {
  const at::Tensor rows = at::index_select(weight, 0, codes);
  return sum.defined() ? sum + rows : rows;
}

at::Tensor ReferenceKernels::gather_rows_backward(
    const at::Tensor& codes, std::int64_t n_levels,
    const at::Tensor& grad_y) const {
  return at::zeros({n_levels, grad_y.size(1)}, grad_y.options())
      .index_add_(0, codes, grad_y);
}

}  // namespace scvigor
