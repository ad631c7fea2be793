#ifndef SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_GEMM_HPP

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// Products of float32 by instructions that multiply bfloat16 and add in
// float32: those of AMX, or of AVX-512-BF16.
//
// kHighest: a float32 is the sum of three bfloat16, exactly; of the nine
// products of their parts the six largest are added up. The others are smaller
// than the rounding of a float32: the results are as near to the true product
// as those of float32 arithmetic. (Below 1e-33 the smaller parts have no
// bfloat16, and count as zero.)
// kHigh: two parts, rounded, and their three largest products.
// kMedium: one part and one product.

// Whether this processor has instructions with which products of a precision
// are faster than float32 arithmetic.
bool has_bfloat16_gemm(MatmulPrecision precision);

// Whether it has, and the products are wide and deep enough. Their number of
// rows makes no difference, so that a cell's results do not depend on the cells
// beside it.
bool uses_bfloat16(const AccumulatedGemm& products, MatmulPrecision precision);

// gemm_batch() of products that do.
void bfloat16_gemm(GemmBatch batch, MatmulPrecision precision);

}  // namespace scvigor

#endif
