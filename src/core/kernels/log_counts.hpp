#ifndef SCVIGOR_CORE_KERNELS_LOG_COUNTS_HPP
#define SCVIGOR_CORE_KERNELS_LOG_COUNTS_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// log(1 + x), the encoder's view of counts: any shape, no gradient. NaN below
// -1, where it is not defined.
at::Tensor log1p_counts(const at::Tensor& x);

}  // namespace scvigor

#endif
