#include "train/optimizer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <utility>

#include "kernels/kernels.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

using Segment = ParameterBucket::Segment;

// Checking larger ones costs measurable time.
constexpr std::int64_t kMaxChecked = 65536;

}  // namespace

AdamOptimizer::AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                             const TrainOptions& options)
    : bucket_(parameters),
      n_steps_(parameters.size(), 0),
      options_(options),
      lr_(options.lr) {
  if (options.gradient_clip_val)
    clip_factor_ = at::ones({}, bucket_.weights().options().dtype(at::kDouble));
}

void AdamOptimizer::reduce_gradients(Communicator& communicator) {
  const at::NoGradGuard no_grad;
  bucket_.gather_gradients();
  communicator.all_reduce(bucket_.gradients());
  if (communicator.size() > 1)
    bucket_.gradients().mul_(1.0 / static_cast<double>(communicator.size()));
}

AdamStep AdamOptimizer::constants() const {
  AdamStep step;
  step.lr = lr_;
  step.eps = options_.eps;
  step.weight_decay = options_.weight_decay;
  step.decoupled = options_.optimizer == Optimizer::kAdamW;
  return step;
}

bool AdamOptimizer::has_gradient(std::size_t segment) const {
  return bucket_.segments()[segment].has_gradient();
}

// A range has the padding between its parameters: zeros, which Adam leaves as
// they are.
void AdamOptimizer::find_ranges() {
  ranges_.clear();
  const auto& segments = bucket_.segments();
  for (std::size_t i = 0; i < segments.size();) {
    if (!has_gradient(i)) {
      ++i;
      continue;
    }
    Range range{segments[i].trainable, segments[i].end, n_steps_[i] + 1};
    for (++i; i < segments.size() && has_gradient(i) &&
              segments[i].trainable == segments[i].begin &&
              n_steps_[i] + 1 == range.t;
         ++i)
      range.end = segments[i].end;
    ranges_.push_back(range);
  }
}

bool AdamOptimizer::same_ranges() const {
  return std::equal(ranges_.begin(), ranges_.end(), last_ranges_.begin(),
                    last_ranges_.end(), [](const Range& a, const Range& b) {
                      return a.begin == b.begin && a.end == b.end;
                    });
}

// Tensors of the ranges, and of the gradients that are checked.
void AdamOptimizer::make_updates() {
  updates_.clear();
  gradients_.clear();
  checked_.clear();
  for (const auto& range : ranges_) {
    const auto of = [&](const at::Tensor& flat) {
      return range_of(flat, range.begin, range.end);
    };
    updates_.push_back({of(bucket_.weights()), of(bucket_.gradients()),
                        of(bucket_.first_moments()),
                        of(bucket_.second_moments()), constants()});
    gradients_.push_back(updates_.back().g);
  }
  // At once on another device: each check is a few operations there.
  if (!bucket_.gradients().is_cpu()) {
    checked_.push_back(bucket_.gradients());
    return;
  }
  for (const auto& segment : bucket_.segments())
    if (segment.has_gradient() && segment.end - segment.begin <= kMaxChecked)
      checked_.push_back(
          range_of(bucket_.gradients(), segment.begin, segment.end));
}

const std::vector<at::Tensor>& AdamOptimizer::checked_gradients() {
  const at::NoGradGuard no_grad;
  find_ranges();
  if (!same_ranges()) make_updates();
  last_ranges_ = ranges_;
  return checked_;
}

void AdamOptimizer::step(const at::Tensor& enabled) {
  const at::NoGradGuard no_grad;
  checked_gradients();
  if (updates_.empty()) return;
  if (clip_factor_.defined())
    kernels_for(clip_factor_.device())
        .clip_factor(gradients_, *options_.gradient_clip_val, clip_factor_);
  for (std::size_t i = 0; i < updates_.size(); ++i) {
    updates_[i].step = constants();
    updates_[i].step.t = ranges_[i].t;
    updates_[i].grad_scale = clip_factor_;
    updates_[i].enabled = enabled;
  }
  adam_updates(updates_);
  for (std::size_t i = 0; i < n_steps_.size(); ++i)
    if (has_gradient(i)) ++n_steps_[i];
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
