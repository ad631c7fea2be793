#ifndef SCVIGOR_CORE_KERNELS_CPU_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_GEMM_HPP

#include <c10/util/ArrayRef.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <cstdint>

#include "scvigor/choices.hpp"

namespace scvigor {

// A matrix in memory: element (i, j) is data[i * row_step + j * column_step].
struct MatrixView {
  const float* data;
  std::int64_t row_step;
  std::int64_t column_step;

  MatrixView transposed() const { return {data, column_step, row_step}; }
  // What begins at an element.
  MatrixView from(std::int64_t row, std::int64_t column) const {
    return {data + row * row_step + column * column_step, row_step,
            column_step};
  }
};

// a: m x k;  b: k x n
struct GemmShape {
  std::int64_t m;
  std::int64_t k;
  std::int64_t n;
};

// Where a product goes. Columns n to kGemmPanel - 1 of the last panel are
// overwritten too when the rows have space for them.
struct GemmOutput {
  float* data;                   // m x n
  std::int64_t row_step;         // at least n
  const float* bias = nullptr;   // n, added to every row
  float* column_sums = nullptr;  // n: the sums of b's columns
  bool add = false;              // to what is there, sums too

  // Sets n elements of a row, from `column` on, to the bias or zero.
  void start_row(std::int64_t row, std::int64_t column, std::int64_t n) const {
    float* const to = data + row * row_step + column;
    if (bias == nullptr)
      std::fill_n(to, n, 0.0F);
    else
      std::copy_n(bias + column, n, to);
  }
};

// Results are computed this many columns at a time.
constexpr std::int64_t kGemmPanel = 32;

// target = a b + bias, for the shapes of scVI, where m and k are some hundreds
// at most beside the genes: BLAS libraries differ by a factor of three on
// those. A row of the result does not depend on the other rows, and no bit on
// the number of threads. One of the steps of b is 1. Less than the highest
// precision is faster where has_bfloat16_gemm(), and no different elsewhere.
struct Gemm {
  MatrixView a;
  MatrixView b;
  GemmShape shape;
  GemmOutput target;
};
void gemm(const Gemm& product,
          MatmulPrecision precision = MatmulPrecision::kHighest);

// Products of one shape but for k, of which those after the first add to its
// target.
using AccumulatedGemm = c10::SmallVector<Gemm, 3>;

// Several of them in one parallel region.
void gemm_batch(c10::ArrayRef<AccumulatedGemm> batch,
                MatmulPrecision precision = MatmulPrecision::kHighest);

// Those that one of the implementations computes.
using GemmBatch = c10::ArrayRef<const AccumulatedGemm*>;

}  // namespace scvigor

#endif
