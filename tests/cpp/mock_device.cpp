#include "mock_device.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <array>
#include <string>
#include <tuple>

namespace {

using Three = std::tuple<at::Tensor, at::Tensor, at::Tensor>;
using Optional = const c10::optional<at::Tensor>&;

at::Tensor relu(const at::Tensor& x) { return at::empty_like(x); }

// Of the shape and type of their sum.
at::Tensor where(const at::Tensor& condition, const at::Tensor& x,
                 const at::Tensor& y) {
  return condition + x + y;
}

at::Tensor index_select(const at::Tensor& x, std::int64_t dim,
                        const at::Tensor& index) {
  auto sizes = x.sizes().vec();
  sizes[static_cast<std::size_t>(dim)] = index.numel();
  return at::empty(sizes, x.options());
}

at::Tensor repeat_interleave(const at::Tensor& repeats,
                             c10::optional<std::int64_t> output_size) {
  TORCH_CHECK(output_size.has_value(), "the length would have to be read back");
  return at::empty({*output_size}, repeats.options());
}

Three native_batch_norm(const at::Tensor& x, Optional, Optional, Optional,
                        Optional, bool, double, double) {
  const at::Tensor units = at::empty({x.size(1)}, x.options());
  return {at::empty_like(x), units, at::empty_like(units)};
}

Three native_batch_norm_backward(const at::Tensor& grad, const at::Tensor& x,
                                 Optional, Optional, Optional, Optional,
                                 Optional, bool, double, std::array<bool, 3>) {
  const at::Tensor units = at::empty({x.size(1)}, x.options());
  return {at::empty_like(grad), units, at::empty_like(units)};
}

Three native_layer_norm_backward(const at::Tensor&, const at::Tensor& x,
                                 at::IntArrayRef, const at::Tensor&,
                                 const at::Tensor&, Optional, Optional,
                                 std::array<bool, 3>) {
  return {at::empty_like(x), {}, {}};
}

// Unless LibTorch has it.
template <class Function>
void add(torch::Library& library, const char* name, const char* overload,
         Function function) {
  const auto found = c10::Dispatcher::singleton().findSchema(
      {std::string("aten::") + name, overload});
  if (!found || found->hasKernelForDispatchKey(c10::DispatchKey::Meta)) return;
  const std::string full =
      *overload == '\0' ? name : std::string(name) + "." + overload;
  library.impl(full.c_str(), function);
}

}  // namespace

at::Device support::mock_device() {
  static torch::Library library = [] {
    torch::Library out(torch::Library::IMPL, "aten",
                       c10::make_optional(c10::DispatchKey::Meta), __FILE__,
                       __LINE__);
    add(out, "relu", "", relu);
    add(out, "where", "self", where);
    add(out, "index_select", "", index_select);
    add(out, "repeat_interleave", "Tensor", repeat_interleave);
    add(out, "native_batch_norm", "", native_batch_norm);
    add(out, "native_batch_norm_backward", "", native_batch_norm_backward);
    add(out, "native_layer_norm_backward", "", native_layer_norm_backward);
    return out;
  }();
  return at::kMeta;
}

void support::move_to_mock_device(const at::Tensor& tensor) {
  const at::Tensor moved =
      at::empty_like(tensor, tensor.options().device(mock_device()));
  tensor.unsafeGetTensorImpl()->shallow_copy_from(moved.getIntrusivePtr());
}
