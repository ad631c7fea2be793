#ifndef SCVIGOR_CORE_KERNELS_BATCH_NORM_HPP
#define SCVIGOR_CORE_KERNELS_BATCH_NORM_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// What follows a linear layer in training, for n cells.
struct BatchNormInput {
  at::Tensor x;            // n x units, without the linear layer's bias
  at::Tensor linear_bias;  // units: that bias, or undefined. BatchNorm takes it
                           // out again: it moves the running mean and nothing
                           // else, and its gradient is zero. Summed up it would
                           // be rounding noise, which Adam blows up
  at::Tensor weight, bias;               // units: gamma and beta
  at::Tensor running_mean, running_var;  // units, updated
  double momentum;  // the share of this minibatch in the running statistics
  double eps;
  bool relu;
  at::Tensor mask;  // n x units: 0 or what a kept unit is multiplied by; or
                    // undefined
};

// mask * relu(gamma (x - mean) / sqrt(var + eps) + beta), mean and variance of
// every unit over the cells. Differentiable by x, weight and bias.
at::Tensor batch_norm_training(const BatchNormInput& input);

// The same in evaluation: mean and variance are the running ones, which stay as
// they are, and nothing is dropped. Here `shift` counts.
at::Tensor batch_norm_inference(const BatchNormInput& input);

// The two from plain tensors.
at::Tensor batch_norm_training_reference(const BatchNormInput& input);
at::Tensor batch_norm_inference_reference(const BatchNormInput& input);

}  // namespace scvigor

#endif
