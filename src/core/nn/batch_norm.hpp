#ifndef SCVIGOR_CORE_NN_BATCH_NORM_HPP
#define SCVIGOR_CORE_NN_BATCH_NORM_HPP

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/state.hpp"

namespace scvigor {

// BatchNorm over the cells of a minibatch, with scvi-tools' constants.
class BatchNorm {
 public:
  static constexpr double kBatchNormEps = 1e-3;
  static constexpr double kMomentum = 0.01;

  BatchNorm(std::int64_t n_units, const at::TensorOptions& options);

  // x + shift by the running statistics; then ReLU if `relu`.
  at::Tensor evaluate(const at::Tensor& x, const at::Tensor& linear_bias,
                      bool relu) const;
  // By the minibatch x + shift, whose statistics join the running ones; then
  // ReLU if `relu`, and the factors of `mask`, if there are any. Anything but
  // x and `relu` may be undefined. With `freeze_running_stats` the running ones
  // stay as they are all the same.
  at::Tensor train(const at::Tensor& x, const at::Tensor& linear_bias,
                   bool relu, const at::Tensor& mask,
                   bool freeze_running_stats = false);
  void list_state(const StateScope& scope, StateList& out) const;

  // gamma / sqrt(running variance + eps): what evaluation multiplies by.
  at::Tensor inference_scale() const;
  // What it then adds.
  at::Tensor inference_offset() const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  at::Tensor running_mean_;
  at::Tensor running_var_;
  at::Tensor num_batches_tracked_;
};

}  // namespace scvigor

#endif
