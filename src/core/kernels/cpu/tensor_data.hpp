#ifndef SCVIGOR_CORE_KERNELS_CPU_TENSOR_DATA_HPP
#define SCVIGOR_CORE_KERNELS_CPU_TENSOR_DATA_HPP

#include <ATen/core/Tensor.h>

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// The numbers of a contiguous tensor; null where it is undefined.
template <class T>
T* data_or_null(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<T>() : nullptr;
}

// A contiguous matrix, as a factor.
inline MatrixView view(const at::Tensor& x) {
  return {x.data_ptr<float>(), x.size(1), 1};
}

}  // namespace scvigor

#endif
