#ifndef SCVIGOR_CORE_KERNELS_CPU_AMX_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AMX_GEMM_HPP

#include <vector>

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// Products of float32 by a processor's matrix unit, which multiplies bfloat16
// and adds in float32. A float32 is the sum of three bfloat16, exactly; of the
// nine products of their parts the six largest are added up. What is left out
// is smaller than the rounding of a float32: the results are as near to the
// true product as those of float32 arithmetic. (Below 1e-33 the smaller parts
// have no bfloat16, and count as zero.)

// Whether there is such a unit, and the products of a chain are wide and deep
// enough for it. How many rows they have makes no difference, so that cells'
// results do not depend on how many come at a time.
bool uses_amx(const AccumulatedGemm& chain);

// gemm_batch() of chains that do.
void amx_gemm(const std::vector<const AccumulatedGemm*>& chains);

}  // namespace scvigor

#endif
