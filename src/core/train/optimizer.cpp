#include "train/optimizer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <cmath>
#include <utility>

#include "kernels/adam.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_pool.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

// Checking larger ones costs measurable time.
constexpr std::int64_t kMaxChecked = 65536;

at::Tensor zeros_in_large_pages(const at::Tensor& value) {
  return empty_in_large_pages(value.sizes(), value.options()).zero_();
}

}  // namespace

AdamOptimizer::AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                             const TrainOptions& options)
    : options_(options), lr_(options.lr) {
  for (const auto& slice : parameters) slots_.push_back({slice, {}, {}, 0});
}

void AdamOptimizer::zero_grad() {
  for (auto& slot : slots_) slot.slice.tensor.mutable_grad().reset();
}

// The factor that brings the norm of all gradients to gradient_clip_val.
double AdamOptimizer::clip_factor() const {
  if (!options_.gradient_clip_val) return 1.0;
  double squares = 0.0;
  for (const auto& slot : slots_)
    if (const at::Tensor grad = slot.grad(); grad.defined())
      squares += grad.pow(2).sum().item<double>();
  // torch.nn.utils.clip_grad_norm_ adds this constant.
  const double factor =
      *options_.gradient_clip_val / (std::sqrt(squares) + 1e-6);
  return factor < 1.0 ? factor : 1.0;
}

void AdamOptimizer::step() {
  const at::NoGradGuard no_grad;
  AdamStep step;
  step.lr = lr_;
  step.eps = options_.eps;
  step.weight_decay = options_.weight_decay;
  step.decoupled = options_.optimizer == Optimizer::kAdamW;
  step.grad_scale = clip_factor();
  std::vector<AdamUpdate> updates;
  for (auto& slot : slots_) {
    const at::Tensor grad = slot.grad();
    if (!grad.defined()) continue;
    const at::Tensor value = slot.value();
    if (!slot.m.defined()) {
      slot.m = zeros_in_large_pages(value);
      slot.v = zeros_in_large_pages(value);
    }
    step.t = ++slot.t;
    updates.push_back({value, grad, slot.m, slot.v, step});
  }
  adam_updates(updates);
}

bool AdamOptimizer::gradients_finite() const {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> on_device;  // joined: each check waits for the device
  for (const auto& slot : slots_) {
    const at::Tensor grad = slot.slice.tensor.grad();
    if (!grad.defined() || grad.numel() > kMaxChecked) continue;
    if (!grad.is_cpu())
      on_device.push_back(grad.reshape({-1}));
    else if (!all_finite(grad))
      return false;
  }
  return on_device.empty() || all_finite(at::cat(on_device));
}

std::vector<AdamMoments> AdamOptimizer::moments() const {
  std::vector<AdamMoments> out;
  for (const auto& slot : slots_) {
    AdamMoments moments;
    moments.steps = slot.t;
    if (slot.m.defined()) {
      moments.first = to_doubles(slot.m);
      moments.second = to_doubles(slot.v);
    }
    out.push_back(std::move(moments));
  }
  return out;
}

void AdamOptimizer::restore(const std::vector<AdamMoments>& moments) {
  if (moments.size() != slots_.size())
    throw ArgumentError("state",
                        "The saved optimizer belongs to another model.");
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    slot.t = moments[i].steps;
    const bool used = !moments[i].first.empty();
    const auto read = [&](const std::vector<double>& values) {
      return used ? tensor_like(slot.value(), values) : at::Tensor();
    };
    slot.m = read(moments[i].first);
    slot.v = read(moments[i].second);
  }
}

}  // namespace scvigor
