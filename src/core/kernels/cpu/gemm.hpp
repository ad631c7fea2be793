#ifndef SCVIGOR_CORE_KERNELS_CPU_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_GEMM_HPP

#include <cstdint>
#include <vector>

namespace scvigor {

// A matrix in memory: element (i, j) is data[i * row_step + j * column_step].
struct MatrixView {
  const float* data;
  std::int64_t row_step;
  std::int64_t column_step;

  MatrixView transposed() const { return {data, column_step, row_step}; }
};

// a: m x k;  b: k x n, one of its steps is 1
struct GemmShape {
  std::int64_t m;
  std::int64_t k;
  std::int64_t n;
};

// Where a product goes. Columns n to kGemmPanel - 1 of the last panel are
// overwritten too when the rows have room for them.
struct GemmOutput {
  float* data;                   // m x n
  std::int64_t row_step;         // at least n
  const float* bias = nullptr;   // n, added to every row
  float* column_sums = nullptr;  // n: the sums of b's columns
  bool add = false;              // to what is there, sums too
};

// Results are made this many columns at a time.
constexpr std::int64_t kGemmPanel = 32;

// target = a b. For the shapes of scVI, where m and k are some hundreds at
// most beside the genes: what BLAS makes of those differs by a factor of
// three between libraries and processors. The number of threads changes no
// bit.
struct Gemm {
  MatrixView a;
  MatrixView b;
  GemmShape shape;
  GemmOutput target;
};
void gemm(const Gemm& product);

// Several of them, for all threads at once. Products of one chain are of one
// shape but for k, and those after the first add to its target.
using AccumulatedGemm = std::vector<Gemm>;
void gemm_batch(const std::vector<AccumulatedGemm>& chains);

}  // namespace scvigor

#endif
