#include <ATen/ops/log1p.h>

#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {

at::Tensor ReferenceKernels::log1p_counts(const at::Tensor& x) const {
  return at::log1p(x);
}

}  // namespace scvigor
