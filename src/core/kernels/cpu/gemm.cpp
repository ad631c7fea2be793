#include "kernels/cpu/gemm.hpp"

#include <array>

#include "kernels/cpu/bfloat16_gemm.hpp"
#include "kernels/cpu/eigen_gemm.hpp"
#include "kernels/cpu/simd_gemm.hpp"

namespace scvigor {
namespace {

struct GemmKernel {
  bool (*suits)(const AccumulatedGemm& products, MatmulPrecision precision);
  void (*run)(GemmBatch batch, MatmulPrecision precision);
};

// SCVIGOR_DISABLE_GEMM leaves all products to Eigen.
#ifdef SCVIGOR_DISABLE_GEMM
constexpr std::size_t kNumGemmKernels = 1;
#else
constexpr std::size_t kNumGemmKernels = 3;
#endif

// The first that suits computes the products.
constexpr std::array<GemmKernel, kNumGemmKernels> kGemmKernels{{
#ifndef SCVIGOR_DISABLE_GEMM
    {uses_bfloat16, bfloat16_gemm},
    {[](const AccumulatedGemm& products, MatmulPrecision) {
       return uses_simd(products);
     },
     [](GemmBatch batch, MatmulPrecision) { simd_gemm(batch); }},
#endif
    {[](const AccumulatedGemm&, MatmulPrecision) { return true; },
     [](GemmBatch batch, MatmulPrecision) { eigen_gemm(batch); }},
}};

std::size_t kernel_for(const AccumulatedGemm& products,
                       MatmulPrecision precision) {
  std::size_t i = 0;
  while (!kGemmKernels[i].suits(products, precision)) ++i;
  return i;
}

}  // namespace

void gemm_batch(c10::ArrayRef<AccumulatedGemm> batch,
                MatmulPrecision precision) {
  std::array<c10::SmallVector<const AccumulatedGemm*, 4>, kGemmKernels.size()>
      shares;
  for (const auto& products : batch)
    if (!products.empty())
      shares[kernel_for(products, precision)].push_back(&products);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (!shares[i].empty()) kGemmKernels[i].run(shares[i], precision);
}

void gemm(const Gemm& product, MatmulPrecision precision) {
  const AccumulatedGemm one{product};
  gemm_batch(one, precision);
}

}  // namespace scvigor
