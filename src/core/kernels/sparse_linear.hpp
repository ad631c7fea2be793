#ifndef SCVIGOR_CORE_KERNELS_SPARSE_LINEAR_HPP
#define SCVIGOR_CORE_KERNELS_SPARSE_LINEAR_HPP

#include <ATen/core/Tensor.h>

#include "util/sparse_counts.hpp"

namespace scvigor {

// x W for sparse x (n x genes) and dense W (genes x outputs): the first layer
// of the encoders. Differentiable by W.
at::Tensor sparse_linear(const SparseCounts& x, const at::Tensor& weight);

// The same from plain tensors: for tests, and for devices without a kernel.
at::Tensor sparse_linear_reference(const SparseCounts& x,
                                   const at::Tensor& weight);

}  // namespace scvigor

#endif
