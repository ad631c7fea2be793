#ifndef SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP
#define SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// Tensors that every step needs again. A tensor that only the pool still refers
// to is reused for the next request of its shape, type and device: the system
// has to clear new memory first, which takes longer than many kernels take to
// fill it.
class TensorPool {
 public:
  // Not filled.
  at::Tensor take(at::IntArrayRef sizes, const at::TensorOptions& options);

 private:
  std::vector<at::Tensor> tensors_;
};

// at::empty(), with large tensors in large pages where the system has them.
at::Tensor empty_in_large_pages(at::IntArrayRef sizes,
                                const at::TensorOptions& options);

}  // namespace scvigor

#endif
