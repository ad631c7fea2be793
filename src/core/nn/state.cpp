#include "nn/state.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

namespace scvigor {
namespace {

at::Tensor join(const StateEntry& entry, const std::vector<at::Tensor>& parts) {
  at::Tensor out = parts.size() == 1 ? parts.front() : at::cat(parts, 0);
  if (entry.transposed) out = out.t();
  return out.reshape(entry.shape).clone(at::MemoryFormat::Contiguous);
}

}  // namespace

at::Tensor StateEntry::read() const {
  const at::NoGradGuard no_grad;
  return join(*this, parts);
}

void StateEntry::write(const at::Tensor& value) const {
  const at::NoGradGuard no_grad;
  at::Tensor whole = value.to(parts.front().options());
  if (transposed)
    whole = whole
                .reshape({-1, parts.size() == 1 ? parts.front().size(0)
                                                : shape.back()})
                .t();
  std::int64_t first = 0;
  for (const auto& part : parts) {
    const auto n = part.dim() == 0 ? 0 : part.size(0);
    const at::Tensor piece = parts.size() == 1 ? whole.reshape(part.sizes())
                                               : whole.narrow(0, first, n);
    at::Tensor(part).copy_(piece);
    first += n;
  }
}

at::Tensor StateEntry::read_grad() const {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> grads;
  bool any = false;
  for (const auto& part : parts) {
    any = any || part.grad().defined();
    grads.push_back(part.grad().defined() ? part.grad() : at::zeros_like(part));
  }
  return any ? join(*this, grads) : at::Tensor();
}

void StateList::parameter(const StateScope& scope, const std::string& name,
                          const at::Tensor& value) {
  entries_.push_back({scope.prefix + name,
                      scope.tag,
                      {value},
                      false,
                      false,
                      value.sizes().vec(),
                      0});
}

void StateList::buffer(const StateScope& scope, const std::string& name,
                       const at::Tensor& value) {
  parameter(scope, name, value);
  entries_.back().is_buffer = true;
}

void StateList::weight(const StateScope& scope, const std::string& name,
                       const std::vector<at::Tensor>& parts,
                       std::size_t n_one_hot) {
  std::int64_t inputs = 0;
  for (const auto& part : parts) inputs += part.size(0);
  entries_.push_back({scope.prefix + name,
                      scope.tag,
                      parts,
                      true,
                      false,
                      {parts.front().size(1), inputs},
                      n_one_hot});
}

void StateList::dispersion(const StateScope& scope, const std::string& name,
                           const at::Tensor& value) {
  std::vector<std::int64_t> shape{value.size(1)};
  if (scope.tag.levels != LevelRows::kNone) shape.push_back(value.size(0));
  entries_.push_back(
      {scope.prefix + name, scope.tag, {value}, true, false, shape, 0});
}

std::vector<at::Tensor> StateList::parameters() const {
  std::vector<at::Tensor> out;
  for (const auto& entry : entries_)
    if (!entry.is_buffer)
      out.insert(out.end(), entry.parts.begin(), entry.parts.end());
  return out;
}

std::vector<at::Tensor> StateList::buffers() const {
  std::vector<at::Tensor> out;
  for (const auto& entry : entries_)
    if (entry.is_buffer)
      out.insert(out.end(), entry.parts.begin(), entry.parts.end());
  return out;
}

}  // namespace scvigor
