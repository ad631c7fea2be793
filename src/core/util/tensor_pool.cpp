#include "util/tensor_pool.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstdlib>

#include "scvigor/large_pages.hpp"

namespace scvigor {
namespace {

bool is_free(const at::Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

bool is_like(const at::Tensor& tensor, at::IntArrayRef sizes,
             const at::TensorOptions& options) {
  return tensor.sizes() == sizes && tensor.dtype() == options.dtype() &&
         tensor.device() == options.device();
}

std::size_t bytes_of(at::IntArrayRef sizes, const at::TensorOptions& options) {
  auto bytes = options.dtype().itemsize();
  for (const auto size : sizes) bytes *= static_cast<std::size_t>(size);
  return bytes;
}

}  // namespace

at::Tensor TensorPool::take(at::IntArrayRef sizes,
                            const at::TensorOptions& options) {
  for (const auto& tensor : tensors_)
    if (is_free(tensor) && is_like(tensor, sizes, options)) return tensor;
  tensors_.push_back(empty_in_large_pages(sizes, options));
  return tensors_.back();
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
