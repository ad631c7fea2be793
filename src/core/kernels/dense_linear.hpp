#ifndef SCVIGOR_CORE_KERNELS_DENSE_LINEAR_HPP
#define SCVIGOR_CORE_KERNELS_DENSE_LINEAR_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// x weight + bias
//   x: n x inputs;  weight: inputs x outputs;  bias: outputs, or undefined
// Differentiable by all three.
at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias);

// The same from plain tensors: for tests, float64, and devices without a
// kernel.
at::Tensor dense_linear_reference(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias);

}  // namespace scvigor

#endif
