#include "kernels/tape.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simd/add.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

Tape*& current() {
  thread_local Tape* tape = nullptr;
  return tape;
}

bool is_plain(const at::Tensor& x) {
  return x.is_cpu() && x.is_contiguous() &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

void add_in_place(const at::Tensor& sum, const at::Tensor& term) {
  if (sum.scalar_type() == at::kFloat)
    add_to(sum.data_ptr<float>(), term.data_ptr<float>(), sum.numel());
  else
    add_to(sum.data_ptr<double>(), term.data_ptr<double>(), sum.numel());
}

}  // namespace

Tape::Tape(Workspace* workspace, const GradientViews* views)
    : own_(workspace == nullptr ? std::make_unique<Workspace>() : nullptr),
      workspace_(workspace == nullptr ? own_.get() : workspace),
      views_(views),
      outer_(std::exchange(current(), this)) {}

Tape::~Tape() {
  while (!workspace_->entries_.empty()) drop_last_entry();
  workspace_->closures_.reset();
  current() = outer_;
}

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
  for (const auto& entry : workspace_->entries_)
    if (entry.out.is_same(tensor)) return;
  workspace_->entries_.push_back({tensor, nullptr, nullptr, nullptr});
}

void Tape::record_entry(Entry entry) {
  entry.out.set_requires_grad(true);
  workspace_->entries_.push_back(std::move(entry));
}

ClosureArena& Tape::closures() { return workspace_->closures_; }

bool Tape::is_exclusive(const at::Tensor& grad) {
  const Tape* tape = current();
  const bool in_pool = tape != nullptr && tape->workspace_->tensors_.owns(grad);
  return grad.use_count() == (in_pool ? 2U : 1U);
}

// A sum to which there is no other reference is added to in place.
void Tape::add_grad(const at::Tensor& to, at::Tensor grad) {
  if (!to.defined() || !to.requires_grad()) return;
  at::Tensor& sum = to.mutable_grad();
  if (!sum.defined()) {
    sum = std::move(grad);
    return;
  }
  if (!is_plain(sum) || !is_plain(grad) || sum.sizes() != grad.sizes() ||
      sum.scalar_type() != grad.scalar_type()) {
    sum = sum + grad;
    return;
  }
  if (!is_exclusive(sum)) {
    const at::Tensor copy = buffer(sum.sizes(), sum.options());
    copy_values(sum, copy);
    sum = copy;
  }
  add_in_place(sum, grad);
}

at::Tensor Tape::buffer(at::IntArrayRef sizes,
                        const at::TensorOptions& options) {
  Tape* tape = current();
  return tape != nullptr && tape->own_ == nullptr
             ? tape->workspace_->tensors_.take(sizes, options)
             : at::empty(sizes, options);
}

at::Tensor Tape::array_buffer(std::int64_t n,
                              const at::TensorOptions& options) {
  Tape* tape = current();
  return tape != nullptr && tape->own_ == nullptr
             ? tape->workspace_->tensors_.take_array(n, options)
             : at::empty({n}, options);
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

at::Tensor Tape::number(const at::Tensor& like, double value) {
  at::Tensor out = buffer({}, like.options());
  set_all(out, value);
  return out;
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
    add_grad(joined, number(joined, 1.0));
  }
  for (const auto& [scalar, weight] : sum)
    if (scalar.is_leaf()) add_grad(scalar, number(scalar, weight));
  for (; !workspace_->entries_.empty(); drop_last_entry()) run_last_entry();
}

void Tape::run_last_entry() {
  const Entry& entry = workspace_->entries_.back();
  const at::Tensor grad = std::exchange(entry.out.mutable_grad(), {});
  if (!grad.defined()) return;
  if (entry.closure != nullptr)
    entry.run(entry.closure, grad);
  else
    torch::autograd::backward({entry.out}, {grad}, /*retain_graph=*/true);
}

void Tape::drop_last_entry() {
  const Entry& entry = workspace_->entries_.back();
  if (entry.closure != nullptr) entry.destroy(entry.closure);
  workspace_->entries_.pop_back();
}

}  // namespace scvigor
