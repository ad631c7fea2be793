#include "util/tensor_pool.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstdlib>

#include "scvigor/large_pages.hpp"

namespace scvigor {
namespace {

bool is_like(const at::Tensor& tensor, at::IntArrayRef sizes,
             const at::TensorOptions& options) {
  return tensor.sizes() == sizes && tensor.dtype() == options.dtype() &&
         tensor.device() == options.device();
}

// Without what an earlier step has left.
const at::Tensor& as_new(const at::Tensor& tensor) {
  if (tensor.requires_grad()) {
    tensor.mutable_grad().reset();
    tensor.set_requires_grad(false);
  }
  return tensor;
}

std::size_t bytes_of(at::IntArrayRef sizes, const at::TensorOptions& options) {
  auto bytes = options.dtype().itemsize();
  for (const auto size : sizes) bytes *= static_cast<std::size_t>(size);
  return bytes;
}

}  // namespace

bool is_unshared(const at::Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

bool resize_within(const at::Tensor& array, std::int64_t n) {
  if (static_cast<std::size_t>(n) * array.dtype().itemsize() >
      array.storage().nbytes())
    return false;
  array.unsafeGetTensorImpl()->set_sizes_contiguous({n});
  return true;
}

at::Tensor TensorPool::take(at::IntArrayRef sizes,
                            const at::TensorOptions& options) {
  for (std::size_t k = 0; k < tensors_.size(); ++k) {
    const auto i = (next_ + k) % tensors_.size();
    const at::Tensor& tensor = tensors_[i];
    if (!is_unshared(tensor) || !is_like(tensor, sizes, options)) continue;
    next_ = i + 1;
    return as_new(tensor);
  }
  tensors_.push_back(empty_in_large_pages(sizes, options));
  next_ = tensors_.size();
  return tensors_.back();
}

at::Tensor TensorPool::take_array(std::int64_t n,
                                  const at::TensorOptions& options) {
  for (const auto& array : arrays_)
    if (is_unshared(array) && array.dtype() == options.dtype() &&
        array.device() == options.device() && resize_within(array, n))
      return as_new(array);
  arrays_.push_back(empty_in_large_pages({n + n / 4}, options));
  resize_within(arrays_.back(), n);
  return arrays_.back();
}

bool TensorPool::owns(const at::Tensor& tensor) const {
  const auto is_same = [&](const at::Tensor& own) {
    return own.is_same(tensor);
  };
  return std::any_of(tensors_.begin(), tensors_.end(), is_same) ||
         std::any_of(arrays_.begin(), arrays_.end(), is_same);
}

at::Tensor empty_in_large_pages(at::IntArrayRef sizes,
                                const at::TensorOptions& options) {
#ifdef __linux__
  constexpr std::size_t kPage = std::size_t{1} << 21;
  const auto bytes = bytes_of(sizes, options);
  if (options.device().is_cpu() && bytes >= kPage) {
    const auto padded_bytes = (bytes + kPage - 1) / kPage * kPage;
    if (void* memory = std::aligned_alloc(kPage, padded_bytes)) {
      advise_large_pages(memory, padded_bytes);
      return at::from_blob(memory, sizes, std::free, options);
    }
  }
#endif
  return at::empty(sizes, options);
}

}  // namespace scvigor
