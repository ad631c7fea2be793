#include "nn/batch_norm.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "kernels/batch_norm.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {

BatchNorm::BatchNorm(std::int64_t n_units, const at::TensorOptions& options)
    : weight_(at::ones({n_units}, options)),
      bias_(at::zeros({n_units}, options)),
      running_mean_(at::zeros({n_units}, options)),
      running_var_(at::ones({n_units}, options)),
      num_batches_tracked_(at::zeros({}, options.dtype(at::kLong))) {}

at::Tensor BatchNorm::evaluate(const at::Tensor& x,
                               const at::Tensor& linear_bias, bool relu) const {
  return batch_norm_inference({x,
                               linear_bias,
                               weight_,
                               bias_,
                               running_mean_,
                               running_var_,
                               kMomentum,
                               kBatchNormEps,
                               relu,
                               {}});
}

at::Tensor BatchNorm::train(const at::Tensor& x, const at::Tensor& linear_bias,
                            bool relu, const at::Tensor& mask,
                            bool freeze_running_stats) {
  count_up(num_batches_tracked_);
  return batch_norm_training(
      {x, linear_bias, weight_, bias_, running_mean_, running_var_,
       freeze_running_stats ? 0.0 : kMomentum, kBatchNormEps, relu, mask});
}

void BatchNorm::list_state(const StateScope& scope, StateList& out) const {
  const StateScope norm = scope.of_kind(StateKind::kBatchNorm);
  out.parameter(norm, "weight", weight_);
  out.parameter(norm, "bias", bias_);
  out.buffer(norm, "running_mean", running_mean_);
  out.buffer(norm, "running_var", running_var_);
  out.buffer(norm, "num_batches_tracked", num_batches_tracked_);
}

at::Tensor BatchNorm::inference_scale() const {
  const at::NoGradGuard no_grad;
  return weight_ / (running_var_ + kBatchNormEps).sqrt();
}

at::Tensor BatchNorm::inference_offset() const {
  const at::NoGradGuard no_grad;
  return bias_ - running_mean_ * inference_scale();
}

}  // namespace scvigor
