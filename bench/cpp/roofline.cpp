// What this machine could do at most: products and sums in registers, and
// reading from memory that no cache holds, with one thread and with two; and
// what the product of a head by itself comes to, the same matrices again and
// again, at each level of the processor and matmul_precision that differs, and
// by BLAS. OPENBLAS_CORETYPE=Nehalem shows a BLAS without AVX.

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "kernels/cpu/bfloat16_gemm.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/simd_gemm.hpp"
#include "scvigor/runtime.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"
#include "util/parallel.hpp"

using namespace scvigor;

namespace {

constexpr int kSums = 16;
constexpr std::int64_t kRounds = 20000000;
constexpr std::int64_t kDoubles = std::int64_t{24} << 20;

// kSums independent chains of multiply-and-add.
template <int kBytes>
SCVIGOR_INLINE void multiply_add_body(float start, float* out) {
  using V = typename Register<float, kBytes>::Type;
  V sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = V{} + (start + 1.0F * i);
  const V factor = V{} + 0.5F;
  const V term = V{} + start;
  for (std::int64_t k = 0; k < kRounds; ++k)
#pragma GCC unroll 16
    for (int i = 0; i < kSums; ++i) sum[i] = sum[i] * factor + term;
  V all = sum[0];
  for (int i = 1; i < kSums; ++i) all += sum[i];
  *out = all[0];
}
SCVIGOR_KERNEL_BY_LEVEL(multiply_add, (multiply_add_body<16>),
                        (multiply_add_body<32>), (multiply_add_body<64>),
                        (float start, float* out), (start, out))

SCVIGOR_INLINE void sum_body(const double* values, std::int64_t n,
                             double* out) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = 0; i < n; ++i) total += values[i];
  *out = total;
}
SCVIGOR_KERNEL(sum_of, sum_body,
               (const double* values, std::int64_t n, double* out),
               (values, n, out))

std::int64_t lanes() {
#ifdef SCVIGOR_AVX2
  switch (cpu_level()) {
    case CpuLevel::kAmx:
    case CpuLevel::kAvx512:
      return 16;
    case CpuLevel::kAvx2:
      return 8;
    default:
      return 4;
  }
#else
  return 4;
#endif
}

// Seconds of the fastest of some runs.
template <class Work>
double seconds(Work work) {
  double best = 1e9;
  for (int i = 0; i < 7; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(
                              std::chrono::steady_clock::now() - start)
                              .count());
  }
  return best;
}

// The product of a head: 128 cells x 128 hidden units x 1,280 genes.
class HeadProduct {
 public:
  // GFLOP/s of `multiply`, which takes the product.
  template <class Multiply>
  double rate(Multiply multiply) {
    constexpr int kTimes = 100;
    const double time = seconds([&] {
      for (int i = 0; i < kTimes; ++i) multiply(product_);
    });
    return 2e-9 * kTimes * static_cast<double>(kCells * kHidden * kGenes) /
           time;
  }

  // The same by the BLAS of LibTorch.
  double blas_rate() {
    at::Tensor out = at::from_blob(out_.data(), {kCells, kGenes});
    const at::Tensor a = at::from_blob(a_.data(), {kCells, kHidden});
    const at::Tensor b = at::from_blob(b_.data(), {kHidden, kGenes});
    return rate([&](const Gemm&) { at::mm_out(out, a, b); });
  }

 private:
  static constexpr std::int64_t kCells = 128;
  static constexpr std::int64_t kHidden = 128;
  static constexpr std::int64_t kGenes = 1280;

  std::vector<float> a_ = std::vector<float>(kCells * kHidden, 0.37F);
  std::vector<float> b_ = std::vector<float>(kHidden * kGenes, 0.73F);
  std::vector<float> out_ = std::vector<float>(kCells * kGenes);
  Gemm product_{{a_.data(), kHidden, 1},
                {b_.data(), kGenes, 1},
                {kCells, kHidden, kGenes},
                {out_.data(), kGenes}};
};

void print_rate(const std::string& by, double rate) {
  std::printf("  a head's product by %s: %.0f GFLOP/s\n", by.c_str(), rate);
}

// What gemm() takes at each level, and what it does not take.
void print_products() {
  HeadProduct head;
  const auto own = [](const Gemm& product) {
    const AccumulatedGemm one{product};
    const AccumulatedGemm* batch = &one;
    simd_gemm(batch);
  };
  const CpuLevel best = cpu_level();
  for (const auto level :
       {CpuLevel::kBase, CpuLevel::kAvx2, CpuLevel::kAvx512, CpuLevel::kAmx}) {
    if (level > best) continue;
    cpu_level() = level;
    for (const auto& [precision, name] : choice_names(MatmulPrecision{}))
      if (precision == MatmulPrecision::kHighest ||
          has_bfloat16_gemm(precision))
        print_rate(std::string("gemm(), ") + name_of(level) + ", " + name,
                   head.rate([precision = precision](const Gemm& product) {
                     gemm(product, precision);
                   }));
    if (level == CpuLevel::kBase)
      print_rate("simd_gemm(), base", head.rate(own));
  }
  cpu_level() = best;
  print_rate("BLAS, one thread", head.blas_rate());
}

}  // namespace

int main() {
  std::vector<double> memory(kDoubles, 1.0);
  for (const int n : {1, 2}) {
    const ThreadScope threads(n);
    std::vector<double> unused(n);
    const double arithmetic = seconds([&] {
      parallel_for(0, n, 1, [&](std::int64_t b, std::int64_t e) {
        for (auto t = b; t < e; ++t) {
          float out = 0.0F;
          multiply_add(static_cast<float>(unused[t]), &out);
          unused[t] = out * 1e-30;
        }
      });
    });
    const double reading = seconds([&] {
      parallel_for(0, n, 1, [&](std::int64_t b, std::int64_t e) {
        for (auto t = b; t < e; ++t)
          sum_of(memory.data() + kDoubles / n * t, kDoubles / n, &unused[t]);
      });
    });
    std::printf(
        "%d thread(s): %.0f GFLOP/s, %.1f GB/s\n", n,
        2e-9 * static_cast<double>(kRounds * kSums * lanes() * n) / arithmetic,
        8e-9 * static_cast<double>(kDoubles) / reading);
    print_products();
  }
  return 0;
}
