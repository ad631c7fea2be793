#ifndef SCVIGOR_CORE_KERNELS_ROW_LOOKUP_HPP
#define SCVIGOR_CORE_KERNELS_ROW_LOOKUP_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// Rows of a weight: what a product with one-hot rows gives.
//   weight: levels x width;  codes: int64 (n);  result: n x width
// Differentiable by the weight: the rows of one level are summed up in order.
at::Tensor look_up_rows(const at::Tensor& weight, const at::Tensor& codes);

}  // namespace scvigor

#endif
