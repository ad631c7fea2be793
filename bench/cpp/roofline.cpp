// What this machine could do at most: products and sums in registers, and
// reading from memory that no cache holds, with one thread and with two; and
// what the product of a head by itself comes to, the same matrices again and
// again, with vector registers and with AMX where available, for each
// matmul_precision that differs.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "kernels/cpu/bfloat16_gemm.hpp"
#include "kernels/cpu/gemm.hpp"
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

// GFLOP/s of 128 cells x 128 hidden units x 1,280 genes.
double product_rate(MatmulPrecision precision) {
  constexpr std::int64_t kCells = 128;
  constexpr std::int64_t kHidden = 128;
  constexpr std::int64_t kGenes = 1280;
  constexpr int kTimes = 100;
  const std::vector<float> a(kCells * kHidden, 0.37F);
  const std::vector<float> b(kHidden * kGenes, 0.73F);
  std::vector<float> out(kCells * kGenes);
  const Gemm product{{a.data(), kHidden, 1},
                     {b.data(), kGenes, 1},
                     {kCells, kHidden, kGenes},
                     {out.data(), kGenes}};
  const double time = seconds([&] {
    for (int i = 0; i < kTimes; ++i) gemm(product, precision);
  });
  return 2e-9 * kTimes * static_cast<double>(kCells * kHidden * kGenes) / time;
}

void print_products() {
#ifdef SCVIGOR_AVX2
  const CpuLevel best = cpu_level();
  for (const auto level : {CpuLevel::kAvx512, CpuLevel::kAmx}) {
    if (level > best) continue;
    cpu_level() = level;
    for (const auto& [precision, name] : choice_names(MatmulPrecision{})) {
      if (precision != MatmulPrecision::kHighest &&
          !has_bfloat16_gemm(precision))
        continue;
      std::printf("  a head's product by %s, %s: %.0f GFLOP/s\n",
                  level == CpuLevel::kAmx ? "AMX" : "vector registers", name,
                  product_rate(precision));
    }
  }
  cpu_level() = best;
#endif
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
