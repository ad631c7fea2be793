#ifndef SCVIGOR_CORE_KERNELS_DENSE_LINEAR_HPP
#define SCVIGOR_CORE_KERNELS_DENSE_LINEAR_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// y = x W + b
//   x: n x inputs;  weight: inputs x outputs;  bias: outputs, or undefined
//   y: n x outputs
// Differentiable w.r.t. all three.
at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                        const at::Tensor& bias);

struct DenseLinearGrads {
  at::Tensor x, weight, bias;
};

}  // namespace scvigor

#endif
