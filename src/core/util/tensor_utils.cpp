#include "util/tensor_utils.hpp"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "scvigor/error.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// 0 * x is 0 for a finite x and NaN for any other; so is their sum.
template <class T>
bool span_finite(const T* values, std::int64_t n) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += values[i] * T(0);
  return sum == T(0);
}

}  // namespace

std::vector<double> to_doubles(const at::Tensor& tensor) {
  const at::Tensor value = tensor.to(at::kCPU, at::kDouble).contiguous();
  const double* from = value.data_ptr<double>();
  return {from, from + value.numel()};
}

at::Tensor tensor_like(const at::Tensor& like,
                       const std::vector<double>& values) {
  if (static_cast<std::int64_t>(values.size()) != like.numel())
    throw ArgumentError("state", "A saved tensor has " +
                                     std::to_string(values.size()) +
                                     " elements, but the model needs " +
                                     std::to_string(like.numel()) + ".");
  return at::tensor(values, at::kDouble)
      .reshape(like.sizes())
      .to(like.options().requires_grad(false));
}

void copy_values(const at::Tensor& from, const at::Tensor& to) {
  if (from.is_cpu() && to.is_cpu() && from.is_contiguous() &&
      to.is_contiguous())
    std::memcpy(to.data_ptr(), from.data_ptr(), from.nbytes());
  else
    to.copy_(from);
}

void set_all(const at::Tensor& tensor, double value) {
  const bool plain = tensor.is_cpu() && tensor.is_contiguous();
  if (plain && tensor.scalar_type() == at::kFloat)
    std::fill_n(tensor.data_ptr<float>(), tensor.numel(),
                static_cast<float>(value));
  else if (plain && tensor.scalar_type() == at::kDouble)
    std::fill_n(tensor.data_ptr<double>(), tensor.numel(), value);
  else
    tensor.fill_(value);
}

void count_up(const at::Tensor& counter) {
  if (counter.is_cpu())
    ++*counter.data_ptr<std::int64_t>();
  else
    counter.add_(1);
}

double sum_of(const at::Tensor& tensor) {
  if (tensor.is_cpu() && tensor.is_contiguous() &&
      tensor.scalar_type() == at::kFloat) {
    const float* values = tensor.data_ptr<float>();
    return std::accumulate(values, values + tensor.numel(), 0.0);
  }
  return tensor.sum(at::kDouble).item<double>();
}

bool all_finite(const at::Tensor& tensor) {
  if (!tensor.is_floating_point()) return true;
  if (!tensor.is_cpu()) return (tensor * 0.0).sum().item<double>() == 0.0;
  const at::Tensor values = tensor.contiguous();
  if (values.scalar_type() == at::kFloat)
    return span_finite(values.data_ptr<float>(), values.numel());
  return span_finite(values.data_ptr<double>(), values.numel());
}

}  // namespace scvigor
