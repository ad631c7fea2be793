#ifndef SCVIGOR_CORE_KERNELS_CPU_EIGEN_GEMM_HPP
#define SCVIGOR_CORE_KERNELS_CPU_EIGEN_GEMM_HPP

#include "kernels/cpu/gemm.hpp"

namespace scvigor {

// gemm_batch() by Eigen, which is written for the registers of every processor:
// for ARM, and for x86-64 without AVX2. Bits depend neither on the number of
// threads nor on the other rows, as everywhere.
void eigen_gemm(GemmBatch batch);

}  // namespace scvigor

#endif
