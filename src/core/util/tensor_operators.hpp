#ifndef SCVIGOR_CORE_UTIL_TENSOR_OPERATORS_HPP
#define SCVIGOR_CORE_UTIL_TENSOR_OPERATORS_HPP

// + - * / and comparisons of tensors, without the 2,000 other operators that
// <ATen/Functions.h> would bring along.
#ifndef AT_PER_OPERATOR_HEADERS
#define AT_PER_OPERATOR_HEADERS
#endif
#include <ATen/TensorOperators.h>

#endif
