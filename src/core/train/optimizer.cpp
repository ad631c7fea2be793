#include "train/optimizer.hpp"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <utility>

#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

using Segment = ParameterBucket::Segment;

// Checking larger ones costs measurable time.
constexpr std::int64_t kMaxChecked = 65536;

at::Tensor trainable_grad(const Segment& segment) {
  return segment.slice.trainable_rows(segment.slice.tensor.grad());
}

}  // namespace

AdamOptimizer::AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                             const TrainOptions& options)
    : bucket_(parameters),
      n_steps_(parameters.size(), 0),
      options_(options),
      lr_(options.lr) {}

void AdamOptimizer::reduce_gradients(Communicator& communicator) {
  const at::NoGradGuard no_grad;
  bucket_.gather_gradients();
  communicator.all_reduce(bucket_.gradients());
  if (communicator.size() > 1)
    bucket_.gradients().mul_(1.0 / static_cast<double>(communicator.size()));
}

// The factor that brings the norm of all gradients to gradient_clip_val.
double AdamOptimizer::clip_factor() const {
  if (!options_.gradient_clip_val) return 1.0;
  double squares = 0.0;
  for (const auto& segment : bucket_.segments())
    if (segment.has_gradient())
      squares += trainable_grad(segment).pow(2).sum().item<double>();
  // torch.nn.utils.clip_grad_norm_ adds this constant.
  const double factor =
      *options_.gradient_clip_val / (std::sqrt(squares) + 1e-6);
  return factor < 1.0 ? factor : 1.0;
}

AdamUpdate AdamOptimizer::update_of(std::int64_t begin, std::int64_t end,
                                    const AdamStep& step) {
  return {range_of(bucket_.weights(), begin, end),
          range_of(bucket_.gradients(), begin, end),
          range_of(bucket_.first_moments(), begin, end),
          range_of(bucket_.second_moments(), begin, end), step};
}

// Neighbors in the bucket that are at the same step are one update, with the
// padding between them: zeros, which Adam leaves as they are.
void AdamOptimizer::step() {
  const at::NoGradGuard no_grad;
  AdamStep step;
  step.lr = lr_;
  step.eps = options_.eps;
  step.weight_decay = options_.weight_decay;
  step.decoupled = options_.optimizer == Optimizer::kAdamW;
  step.grad_scale = clip_factor();
  std::vector<AdamUpdate> updates;
  const auto& segments = bucket_.segments();
  for (std::size_t i = 0; i < segments.size();) {
    if (!segments[i].has_gradient()) {
      ++i;
      continue;
    }
    const auto begin = segments[i].trainable;
    auto end = segments[i].end;
    step.t = ++n_steps_[i];
    for (++i; i < segments.size() && segments[i].has_gradient() &&
              segments[i].trainable == segments[i].begin &&
              n_steps_[i] + 1 == step.t;
         ++i) {
      end = segments[i].end;
      ++n_steps_[i];
    }
    updates.push_back(update_of(begin, end, step));
  }
  adam_updates(updates);
}

bool AdamOptimizer::gradients_finite() const {
  const at::NoGradGuard no_grad;
  for (const auto& segment : bucket_.segments()) {
    const at::Tensor grad = segment.slice.tensor.grad();
    if (!grad.defined()) continue;
    // At once on another device: each check waits for it.
    if (!grad.is_cpu()) return all_finite(bucket_.gradients());
    if (grad.numel() <= kMaxChecked && !all_finite(grad)) return false;
  }
  return true;
}

std::vector<AdamMoments> AdamOptimizer::moments() const {
  std::vector<AdamMoments> out;
  for (std::size_t i = 0; i < n_steps_.size(); ++i) {
    const Segment& segment = bucket_.segments()[i];
    AdamMoments moments;
    moments.steps = n_steps_[i];
    if (moments.steps > 0) {
      const auto values = [&](const at::Tensor& flat) {
        return to_doubles(range_of(flat, segment.trainable, segment.end));
      };
      moments.first = values(bucket_.first_moments());
      moments.second = values(bucket_.second_moments());
    }
    out.push_back(std::move(moments));
  }
  return out;
}

void AdamOptimizer::restore(const std::vector<AdamMoments>& moments) {
  if (moments.size() != n_steps_.size())
    throw ArgumentError("state",
                        "The saved optimizer belongs to another model.");
  for (std::size_t i = 0; i < n_steps_.size(); ++i) {
    const Segment& segment = bucket_.segments()[i];
    const bool used = !moments[i].first.empty();
    n_steps_[i] = moments[i].steps;
    const auto read = [&](const std::vector<double>& values,
                          const at::Tensor& flat) {
      at::Tensor range = range_of(flat, segment.trainable, segment.end);
      used ? range.copy_(tensor_like(range, values)) : range.zero_();
    };
    read(moments[i].first, bucket_.first_moments());
    read(moments[i].second, bucket_.second_moments());
  }
}

}  // namespace scvigor
