#include "train/weight_average.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/lerp.h>

#include <algorithm>
#include <cmath>

#include "util/tensor_utils.hpp"

namespace scvigor {

WeightAverage::WeightAverage(const at::Tensor& weights,
                             const std::vector<at::Tensor>& buffers,
                             double decay)
    : values_{weights}, decay_(decay) {
  // BatchNorm's count of minibatches has no average.
  for (const auto& buffer : buffers)
    if (buffer.is_floating_point()) values_.push_back(buffer);
  for (const auto& value : values_) averages_.push_back(value.detach().clone());
}

void WeightAverage::update(std::int64_t step) {
  if (step - step_ >= kInterval) update_now(step);
}

void WeightAverage::update_now(std::int64_t step) {
  if (step == step_) return;
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(step_);
  const double decay = std::pow(std::min(decay_, (1.0 + t) / (10.0 + t)),
                                static_cast<double>(step - step_));
  for (std::size_t i = 0; i < values_.size(); ++i)
    averages_[i].lerp_(values_[i].detach(), 1.0 - decay);
  step_ = step;
}

void WeightAverage::restart(std::int64_t step) {
  for (std::size_t i = 0; i < values_.size(); ++i)
    copy_values(values_[i].detach(), averages_[i]);
  step_ = step;
}

void WeightAverage::swap() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const at::Tensor held = values_[i].detach().clone();
    copy_values(averages_[i], values_[i]);
    copy_values(held, averages_[i]);
  }
}

}  // namespace scvigor
