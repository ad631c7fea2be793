#ifndef SCVIGOR_CORE_UTIL_TENSOR_UTILS_HPP
#define SCVIGOR_CORE_UTIL_TENSOR_UTILS_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// The elements of a tensor, row by row.
std::vector<double> to_doubles(const at::Tensor& tensor);

// A tensor of the shape, type and device of `like`. Throws an ArgumentError
// when it has another number of elements.
at::Tensor tensor_like(const at::Tensor& like,
                       const std::vector<double>& values);

// to = from, of one shape and type. LibTorch's copy_() takes longer to find out
// how to copy a small tensor than to do it.
void copy_values(const at::Tensor& from, const at::Tensor& to);

// Sets all elements of a floating-point tensor.
void set_all(const at::Tensor& tensor, double value);

// Adds 1 to an integer of shape {}.
void count_up(const at::Tensor& counter);

// The sum of all elements, in double precision.
double sum_of(const at::Tensor& tensor);

// Whether no element is NaN or infinite.
bool all_finite(const at::Tensor& tensor);

}  // namespace scvigor

#endif
