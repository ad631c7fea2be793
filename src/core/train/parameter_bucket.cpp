#include "train/parameter_bucket.hpp"

#include <ATen/core/grad_mode.h>

#include "util/ceil_div.hpp"
#include "util/tensor_pool.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

// Elements: a cache line of float32, two of float64.
constexpr std::int64_t kAlignment = 16;

at::Tensor zeros(std::int64_t n, const at::TensorOptions& options) {
  return empty_in_large_pages({n}, options).zero_();
}

at::TensorOptions options_of(const std::vector<TrainableSlice>& parameters) {
  return parameters.empty() ? at::TensorOptions()
                            : parameters.front().tensor.options();
}

std::int64_t padded_end(std::int64_t end) {
  return ceil_div(end, kAlignment) * kAlignment;
}

std::vector<ParameterBucket::Segment> segments_of(
    const std::vector<TrainableSlice>& parameters) {
  std::vector<ParameterBucket::Segment> out;
  std::int64_t begin = 0;
  for (const auto& slice : parameters) {
    const at::Tensor& tensor = slice.tensor;
    const auto n = tensor.numel();
    const auto frozen =
        slice.first_row == 0 ? 0 : slice.first_row * (n / tensor.size(0));
    out.push_back({slice, begin, begin + frozen, begin + n, true});
    begin = padded_end(begin + n);
  }
  return out;
}

}  // namespace

ParameterBucket::ParameterBucket(const std::vector<TrainableSlice>& parameters)
    : segments_(segments_of(parameters)) {
  const at::NoGradGuard no_grad;
  const auto n = segments_.empty() ? 0 : padded_end(segments_.back().end);
  const auto options = options_of(parameters);
  weights_ = zeros(n, options);
  gradients_ = zeros(n, options);
  first_moments_ = zeros(n, options);
  second_moments_ = zeros(n, options);
  for (auto& segment : segments_) {
    at::Tensor& tensor = segment.slice.tensor;
    tensor.mutable_grad().reset();
    const at::Tensor view =
        range_of(weights_, segment.begin, segment.end).view(tensor.sizes());
    view.copy_(tensor);
    tensor.set_data(view);
    views_.add(
        tensor,
        range_of(gradients_, segment.begin, segment.end).view(tensor.sizes()));
  }
}

ParameterBucket::~ParameterBucket() { zero_grad(); }

void ParameterBucket::zero_grad() {
  for (auto& segment : segments_) segment.slice.tensor.mutable_grad().reset();
}

void ParameterBucket::gather_gradients() {
  const at::NoGradGuard no_grad;
  for (auto& segment : segments_) {
    const at::Tensor& view = *views_.find(segment.slice.tensor);
    at::Tensor& grad = segment.slice.tensor.mutable_grad();
    if (!grad.defined()) {
      if (!segment.is_zero) view.zero_();
    } else if (!grad.is_same(view)) {
      copy_values(grad, view);
      grad = view;
    }
    segment.is_zero = !grad.defined();
  }
}

}  // namespace scvigor
