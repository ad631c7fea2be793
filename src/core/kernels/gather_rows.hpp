#ifndef SCVIGOR_CORE_KERNELS_GATHER_ROWS_HPP
#define SCVIGOR_CORE_KERNELS_GATHER_ROWS_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// y[i, :] = sum[i, :] + weight[codes[i], :], the product with one-hot rows
//   weight: levels x width;  codes: int64 (n);  y: n x width
//   sum: n x width; or width, one row for all cells; or undefined, zeros
// Differentiable w.r.t. the weight and the sum. The gradients of the cells of
// a level are added up in the order of the cells.
at::Tensor gather_rows(const at::Tensor& weight, const at::Tensor& codes,
                       const at::Tensor& sum = {});

}  // namespace scvigor

#endif
