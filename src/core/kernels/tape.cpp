#include "kernels/tape.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simd/add.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

Tape*& current() {
  thread_local Tape* tape = nullptr;
  return tape;
}

bool is_plain_float(const at::Tensor& x) {
  return x.is_cpu() && x.is_contiguous() && x.scalar_type() == at::kFloat;
}

}  // namespace

Tape::Tape(TensorPool* pool, const GradientViews* views)
    : pool_(pool), views_(views), outer_(std::exchange(current(), this)) {}
Tape::~Tape() { current() = outer_; }

Tape* Tape::active_for(at::TensorList inputs) {
  if (!at::GradMode::is_enabled()) return nullptr;
  const auto requires_grad = [](const at::Tensor& input) {
    return input.defined() && input.requires_grad();
  };
  if (std::none_of(inputs.begin(), inputs.end(), requires_grad)) return nullptr;
  Tape* tape = current();
  if (tape == nullptr)
    throw std::logic_error("a kernel's gradient needs a tape");
  for (const auto& input : inputs)
    if (requires_grad(input) && !input.is_leaf()) tape->record_plain(input);
  return tape;
}

// Records the result of tensor operations: autograd continues with its gradient
// when all later kernels have added theirs.
void Tape::record_plain(const at::Tensor& tensor) {
  for (const auto& entry : entries_)
    if (entry.out.is_same(tensor)) return;
  entries_.push_back({tensor, {}});
}

void Tape::record(const at::Tensor& out, BackwardFunction backward_function) {
  out.set_requires_grad(true);
  entries_.push_back({out, std::move(backward_function)});
}

// A sum to which there is no other reference is added to in place.
void Tape::add_grad(const at::Tensor& to, at::Tensor grad) {
  if (!to.defined() || !to.requires_grad()) return;
  at::Tensor& sum = to.mutable_grad();
  if (!sum.defined())
    sum = std::move(grad);
  else if (sum.use_count() == 1 && is_plain_float(sum) && is_plain_float(grad))
    add_to(sum.data_ptr<float>(), grad.data_ptr<float>(), grad.numel());
  else
    sum = sum + grad;
}

at::Tensor Tape::buffer(at::IntArrayRef sizes,
                        const at::TensorOptions& options) {
  const Tape* tape = current();
  return tape != nullptr && tape->pool_ != nullptr
             ? tape->pool_->take(sizes, options)
             : at::empty(sizes, options);
}

// A view that is in use has the gradient of another kernel, to which this one
// will be added.
at::Tensor Tape::grad_buffer(const at::Tensor& tensor) {
  const Tape* tape = current();
  const at::Tensor* view = tape != nullptr && tape->views_ != nullptr
                               ? tape->views_->find(tensor)
                               : nullptr;
  if (view != nullptr && view->use_count() == 1) return *view;
  return buffer(tensor.sizes(), tensor.options());
}

double Tape::value(const Sum& sum) {
  double value = 0.0;
  for (const auto& term : sum)
    value += term.weight * term.number.item<double>();
  return value;
}

bool Tape::wants_grad(const Sum& sum) {
  return std::any_of(sum.begin(), sum.end(), [](const Term& term) {
    return term.number.requires_grad();
  });
}

void Tape::backward(const Sum& sum) {
  at::Tensor joined;  // the terms of autograd's graph, for one backward pass
  for (const auto& [scalar, weight] : sum) {
    if (!scalar.requires_grad() || scalar.is_leaf()) continue;
    joined = joined.defined() ? joined + weight * scalar : weight * scalar;
  }
  const at::NoGradGuard no_grad;
  if (joined.defined()) {
    record_plain(joined);
    add_grad(joined, at::ones_like(joined));
  }
  for (const auto& [scalar, weight] : sum)
    if (scalar.is_leaf()) add_grad(scalar, at::full_like(scalar, weight));
  for (; !entries_.empty(); entries_.pop_back()) {
    const Entry& entry = entries_.back();
    const at::Tensor grad = std::exchange(entry.out.mutable_grad(), {});
    if (!grad.defined()) continue;
    if (entry.backward_function)
      entry.backward_function(grad);
    else
      torch::autograd::backward({entry.out}, {grad}, /*retain_graph=*/true);
  }
}

}  // namespace scvigor
