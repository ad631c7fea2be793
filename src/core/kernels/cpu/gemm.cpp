#include "kernels/cpu/gemm.hpp"

#include <array>

#include "kernels/cpu/amx_gemm.hpp"
#include "kernels/cpu/eigen_gemm.hpp"
#include "kernels/cpu/simd_gemm.hpp"

namespace scvigor {
namespace {

struct GemmKernel {
  bool (*suits)(const AccumulatedGemm& products);
  void (*run)(GemmBatch batch);
};

// The first that suits computes the products.
constexpr std::array<GemmKernel, 3> kGemmKernels{{
    {uses_amx, amx_gemm},
    {uses_simd, simd_gemm},
    {[](const AccumulatedGemm&) { return true; }, eigen_gemm},
}};

std::size_t kernel_for(const AccumulatedGemm& products) {
  std::size_t i = 0;
  while (!kGemmKernels[i].suits(products)) ++i;
  return i;
}

}  // namespace

void gemm_batch(c10::ArrayRef<AccumulatedGemm> batch) {
  std::array<c10::SmallVector<const AccumulatedGemm*, 4>, kGemmKernels.size()>
      shares;
  for (const auto& products : batch)
    if (!products.empty()) shares[kernel_for(products)].push_back(&products);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (!shares[i].empty()) kGemmKernels[i].run(shares[i]);
}

void gemm(const Gemm& product) {
  const AccumulatedGemm one{product};
  gemm_batch(one);
}

}  // namespace scvigor
