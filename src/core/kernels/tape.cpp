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

Tape::Tape(TensorPool* pool)
    : pool_(pool), outer_(std::exchange(current(), this)) {}
Tape::~Tape() { current() = outer_; }

Tape* Tape::active_for(at::TensorList inputs) {
  if (!at::GradMode::is_enabled()) return nullptr;
  const auto wants_grad = [](const at::Tensor& input) {
    return input.defined() && input.requires_grad();
  };
  if (std::none_of(inputs.begin(), inputs.end(), wants_grad)) return nullptr;
  Tape* tape = current();
  if (tape == nullptr)
    throw std::logic_error("a kernel's gradient needs a tape");
  for (const auto& input : inputs)
    if (wants_grad(input) && !input.is_leaf()) tape->record_plain(input);
  return tape;
}

// What plain operations made: autograd carries on with its gradient when all
// kernels that come later have given theirs.
void Tape::record_plain(const at::Tensor& tensor) {
  for (const auto& record : entries_)
    if (record.out.is_same(tensor)) return;
  entries_.push_back({tensor, {}});
}

void Tape::record(const at::Tensor& out, BackwardFunction backward_function) {
  out.set_requires_grad(true);
  entries_.push_back({out, std::move(backward_function)});
}

// A sum that nobody else holds is added to in place.
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
  at::Tensor plain;  // terms that autograd knows go backward_function together
  for (const auto& [number, weight] : sum) {
    if (!number.requires_grad() || number.is_leaf()) continue;
    plain = plain.defined() ? plain + weight * number : weight * number;
  }
  const at::NoGradGuard no_grad;
  if (plain.defined()) {
    record_plain(plain);
    add_grad(plain, at::ones_like(plain));
  }
  for (const auto& [number, weight] : sum)
    if (number.is_leaf()) add_grad(number, at::full_like(number, weight));
  for (; !entries_.empty(); entries_.pop_back()) {
    const Entry& record = entries_.back();
    const at::Tensor grad = std::exchange(record.out.mutable_grad(), {});
    if (!grad.defined()) continue;
    if (record.backward_function)
      record.backward_function(grad);
    else
      torch::autograd::backward({record.out}, {grad}, /*retain_graph=*/true);
  }
}

}  // namespace scvigor
