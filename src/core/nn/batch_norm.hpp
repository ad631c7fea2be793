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

  // Normalizes x + linear_bias by the running statistics; then ReLU if `relu`.
  at::Tensor evaluate(const at::Tensor& x, const at::Tensor& linear_bias,
                      bool relu) const;
  // Normalizes x + linear_bias by the statistics of the minibatch and updates
  // the running statistics, unless `freeze_running_stats`; then ReLU if `relu`,
  // and multiplies by `mask`. linear_bias and mask may be undefined.
  at::Tensor train(const at::Tensor& x, const at::Tensor& linear_bias,
                   bool relu, const at::Tensor& mask,
                   bool freeze_running_stats = false);
  void list_state(const StateScope& scope, StateList& out) const;

  // Evaluation is x * inference_scale() + inference_offset().
  // gamma / sqrt(running variance + eps)
  at::Tensor inference_scale() const;
  // beta - running mean * inference_scale()
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
