#ifndef SCVIGOR_CORE_KERNELS_SPARSE_LINEAR_HPP
#define SCVIGOR_CORE_KERNELS_SPARSE_LINEAR_HPP

#include <ATen/core/Tensor.h>

#include "util/sparse_counts.hpp"

namespace scvigor {

// y = x W for sparse x: the first layer of the encoders.
//   x: n x genes;  weight: genes x outputs;  y: n x outputs
// Differentiable w.r.t. the weight.
at::Tensor sparse_linear(const SparseCounts& x, const at::Tensor& weight);

}  // namespace scvigor

#endif
