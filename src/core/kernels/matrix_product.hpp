#ifndef SCVIGOR_CORE_KERNELS_MATRIX_PRODUCT_HPP
#define SCVIGOR_CORE_KERNELS_MATRIX_PRODUCT_HPP

#include <cstdint>

namespace scvigor {

// A matrix in memory: element (i, j) is data[i * row_step + j * column_step].
struct MatrixView {
  const float* data;
  std::int64_t row_step;
  std::int64_t column_step;
};

// out = a b, plus `bias` in every row unless it is null.
//   a: m x k;  b: k x n, one of its steps is 1;  out: m x n, rows in a row
//   column_sums: n, filled with the sums of b's columns unless it is null
// For the shapes of scVI, where m and k are some hundreds at most beside the
// genes: what BLAS makes of those differs by a factor of three between
// libraries and processors. The number of threads changes no bit.
void matrix_product(const MatrixView& a, const MatrixView& b, std::int64_t m,
                    std::int64_t k, std::int64_t n, const float* bias,
                    float* out, float* column_sums);

}  // namespace scvigor

#endif
