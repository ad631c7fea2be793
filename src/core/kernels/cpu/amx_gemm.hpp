#ifndef SCVIGOR_CORE_KERNELS_CPU_AMX_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AMX_GEMM_HPP

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// Products of float32 by AMX, which multiplies bfloat16 and adds in float32. A
// float32 is the sum of three bfloat16, exactly; of the nine products of their
// parts the six largest are added up. The others are smaller than the rounding
// of a float32: the results are as near to the true product as those of float32
// arithmetic. (Below 1e-33 the smaller parts have no bfloat16, and count as
// zero.)

// Whether the processor has AMX, and the products are wide and deep enough for
// it. Their number of rows makes no difference, so that a cell's results do not
// depend on the cells beside it.
bool uses_amx(const AccumulatedGemm& products);

// gemm_batch() of products that do.
void amx_gemm(GemmBatch batch);

}  // namespace scvigor

#endif
