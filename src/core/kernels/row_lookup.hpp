#ifndef SCVIGOR_CORE_KERNELS_ROW_LOOKUP_HPP
#define SCVIGOR_CORE_KERNELS_ROW_LOOKUP_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// Rows of a weight, what a product with one-hot rows gives, added to `sum`
// where there is one.
//   weight: levels x width;  codes: int64 (n);  sum, result: n x width, or
//   width for a sum that all cells share
// Differentiable by the weight and the sum: the rows of one level are summed
// up in order.
at::Tensor look_up_rows(const at::Tensor& weight, const at::Tensor& codes,
                        const at::Tensor& sum = {});

}  // namespace scvigor

#endif
