#include "train/statistics_bucket.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>

#include "kernels/kernels.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

// Moves tensors of one type into a flat one, of which they become views.
at::Tensor joined(const std::vector<at::Tensor>& tensors) {
  std::int64_t n = 0;
  for (const auto& tensor : tensors) n += tensor.numel();
  const at::Tensor out = at::empty({n}, tensors.front().options());
  std::int64_t first = 0;
  for (const auto& tensor : tensors) {
    const at::Tensor view =
        out.narrow(0, first, tensor.numel()).view(tensor.sizes());
    view.copy_(tensor);
    at::Tensor(tensor).set_data(view);
    first += tensor.numel();
  }
  return out;
}

}  // namespace

StatisticsBucket::StatisticsBucket(const std::vector<at::Tensor>& buffers) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> rest = buffers;
  while (!rest.empty()) {
    const auto type = rest.front().scalar_type();
    const auto end = std::stable_partition(
        rest.begin(), rest.end(),
        [&](const auto& x) { return x.scalar_type() == type; });
    const at::Tensor values = joined({rest.begin(), end});
    copies_.push_back({values, at::empty_like(values)});
    rest.erase(rest.begin(), end);
  }
}

void StatisticsBucket::save() {
  const at::NoGradGuard no_grad;
  for (const auto& copy : copies_) copy_values(copy.values, copy.saved);
}

void StatisticsBucket::restore_unless(const at::Tensor& finite) {
  const at::NoGradGuard no_grad;
  for (auto& copy : copies_)
    kernels_for(finite.device())
        .restore_unless(finite, copy.saved, copy.values);
}

}  // namespace scvigor
