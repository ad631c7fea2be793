#ifndef SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP
#define SCVIGOR_CORE_UTIL_TENSOR_POOL_HPP

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scvigor {

// Tensors that every step needs again. A tensor that only the pool still refers
// to is reused for the next request of its shape, type and device: the system
// has to clear new memory first, which takes longer than many kernels take to
// fill it.
class TensorPool {
 public:
  // Not filled, without a gradient.
  at::Tensor take(at::IntArrayRef sizes, const at::TensorOptions& options);
  // The same for arrays of another length at every step: the first n elements
  // of memory for more.
  at::Tensor take_array(std::int64_t n, const at::TensorOptions& options);
  // Whether one of the references to a tensor is the pool's.
  bool owns(const at::Tensor& tensor) const;

 private:
  std::vector<at::Tensor> tensors_;
  std::vector<at::Tensor> arrays_;
  // Steps make the same requests in the same order: the search begins behind
  // the tensor that was taken last.
  std::size_t next_ = 0;
};

// Whether there is no other reference to a tensor or its memory.
bool is_unshared(const at::Tensor& tensor);

// Makes a one-dimensional tensor, to which there is no other reference, the
// first n elements of its memory. False: that has not as many.
bool resize_within(const at::Tensor& array, std::int64_t n);

// at::empty(), with large tensors in large pages where the system has them.
at::Tensor empty_in_large_pages(at::IntArrayRef sizes,
                                const at::TensorOptions& options);

}  // namespace scvigor

#endif
