#include "nn/batch_norm.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "kernels/normalise.hpp"
#include "util/plain.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

BatchNorm::BatchNorm(std::int64_t n_units, const at::TensorOptions& options)
    : weight_(at::ones({n_units}, options)),
      bias_(at::zeros({n_units}, options)),
      running_mean_(at::zeros({n_units}, options)),
      running_var_(at::ones({n_units}, options)),
      num_batches_tracked_(at::zeros({}, options.dtype(at::kLong))) {}

at::Tensor BatchNorm::evaluate(const at::Tensor& x, const at::Tensor& shift,
                               bool relu) const {
  return normalise_by_running({x, shift, weight_, bias_, running_mean_,
                               running_var_, kMomentum, kBatchNormEps, relu,
                               {}});
}

at::Tensor BatchNorm::train(const at::Tensor& x, const at::Tensor& shift,
                            bool relu, const at::Tensor& mask,
                            bool keep_statistics) {
  count_up(num_batches_tracked_);
  return normalise({x, shift, weight_, bias_, running_mean_, running_var_,
                    keep_statistics ? 0.0 : kMomentum, kBatchNormEps, relu,
                    mask});
}

void BatchNorm::list_state(const std::string& prefix, StateList& out) const {
  out.parameter(prefix + "weight", weight_);
  out.parameter(prefix + "bias", bias_);
  out.buffer(prefix + "running_mean", running_mean_);
  out.buffer(prefix + "running_var", running_var_);
  out.buffer(prefix + "num_batches_tracked", num_batches_tracked_);
}

at::Tensor BatchNorm::evaluation_scale() const {
  const at::NoGradGuard no_grad;
  return weight_ / (running_var_ + kBatchNormEps).sqrt();
}

at::Tensor BatchNorm::evaluation_shift() const {
  const at::NoGradGuard no_grad;
  return bias_ - running_mean_ * evaluation_scale();
}

}  // namespace scvigor
