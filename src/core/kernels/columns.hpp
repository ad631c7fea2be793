#ifndef SCVIGOR_CORE_KERNELS_COLUMNS_HPP
#define SCVIGOR_CORE_KERNELS_COLUMNS_HPP

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

namespace scvigor {

// Some columns of a matrix, or all of a vector, which is one.
struct ColumnSpan {
  at::Tensor matrix;  // n x width, or n; contiguous
  std::int64_t first = 0;
};

using ColumnList = c10::SmallVector<at::Tensor, 3>;

// Matrices of n rows side by side. Differentiable w.r.t. all of them.
at::Tensor join_columns(const ColumnList& matrices);

// Column k of a matrix, as a vector; without a gradient.
at::Tensor column_of(const at::Tensor& matrix, std::int64_t k);

// a + b, of one shape. Differentiable w.r.t. both.
at::Tensor sum_terms(const at::Tensor& a, const at::Tensor& b);

}  // namespace scvigor

#endif
