#ifndef SCVIGOR_CORE_KERNELS_BATCH_NORM_HPP
#define SCVIGOR_CORE_KERNELS_BATCH_NORM_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// BatchNorm behind a linear layer, and what follows it, for n cells:
//
//   y = mask * relu(weight (x + linear_bias - mean) / sqrt(var + eps) + bias)
struct BatchNormInput {
  at::Tensor x;                          // n x units
  at::Tensor linear_bias;                // units, or undefined: zeros
  at::Tensor weight, bias;               // units
  at::Tensor running_mean, running_var;  // units
  double momentum;  // weight of this minibatch in the running statistics
  double eps;
  bool relu;        // false: no activation
  at::Tensor mask;  // n x units: 0, or the factor of a unit that dropout keeps;
                    // undefined: no dropout
};

// Training: mean and variance of every unit over the cells, which are averaged
// into the running ones. Differentiable w.r.t. x, weight, bias and linear_bias.
// linear_bias moves the running mean and nothing else: its gradient is zero,
// exactly. (Computed, it would be rounding noise, which Adam amplifies.)
at::Tensor batch_norm_training(const BatchNormInput& input);

// Inference: mean and variance are the running ones, which stay as they are;
// there is no mask. Differentiable w.r.t. the same.
at::Tensor batch_norm_inference(const BatchNormInput& input);

// y, and the statistics of the minibatch as the backward kernel needs them.
struct BatchNormOutput {
  at::Tensor y;             // n x units
  at::Tensor mean, inv_sd;  // units; inv_sd = 1 / sqrt(var + eps)
};

struct BatchNormGrads {
  at::Tensor x, weight, bias;
  at::Tensor linear_bias;  // undefined in training
};

}  // namespace scvigor

#endif
