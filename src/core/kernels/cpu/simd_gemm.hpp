#ifndef SCVIGOR_CORE_KERNELS_CPU_SIMD_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SIMD_GEMM_HPP

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// Whether the processor has AVX2 or AVX-512, for which simd_gemm() is written.
bool uses_simd(const AccumulatedGemm& products);

// gemm_batch() by vector registers.
void simd_gemm(GemmBatch batch);

}  // namespace scvigor

#endif
