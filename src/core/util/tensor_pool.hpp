#ifndef SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP
#define SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// Tensors that are needed again and again, a step after the other. One that
// nobody but the pool holds any more is given to the next who asks for its
// like; memory that the system hands out anew has to be cleared first, which
// takes longer than many a kernel's work on it.
class TensorPool {
 public:
  // Not filled.
  at::Tensor take(at::IntArrayRef sizes, const at::TensorOptions& options);

 private:
  std::vector<at::Tensor> tensors_;
};

// at::empty(). What is large lies in large pages where the system has them.
at::Tensor empty_in_large_pages(at::IntArrayRef sizes,
                                const at::TensorOptions& options);

}  // namespace scvigor

#endif
