#ifndef SCVIGOR_CORE_KERNELS_CPU_AVX512_BF16_UNIT_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AVX512_BF16_UNIT_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/bfloat16_block.hpp"
#include "kernels/cpu/bfloat16_pack.hpp"

// Products of packed blocks by AVX-512-BF16, for processors without AMX.

namespace scvigor {

constexpr int kRowsAtOnce = 8;  // whose sums stay in registers

typedef __m512 SumRow[2];  // kBlock numbers

SCVIGOR_AVX512_BF16 inline void load_sums(const BlockTarget& to,
                                          std::int64_t row, SumRow* sum) {
#pragma GCC unroll 8
  for (int i = 0; i < kRowsAtOnce; ++i) {
    const float* start = to.start + (row + i) * to.start_step;
    sum[i][0] = to.start ? _mm512_loadu_ps(start) : _mm512_setzero_ps();
    sum[i][1] =
        to.start ? _mm512_loadu_ps(start + kLines) : _mm512_setzero_ps();
  }
}

// sum += the products of some lines of a tile of the left factor, from `line`
// on, with a block of the right one.
SCVIGOR_AVX512_BF16 inline void add_pairs(const Tile& left, std::int64_t line,
                                          const Tile (&right)[2], SumRow* sum) {
  for (std::int64_t k = 0; k < kLines; ++k) {
    const auto low = reinterpret_cast<__m512bh>(_mm512_load_si512(right[0][k]));
    const auto high =
        reinterpret_cast<__m512bh>(_mm512_load_si512(right[1][k]));
#pragma GCC unroll 8
    for (int i = 0; i < kRowsAtOnce; ++i) {
      const auto pair = reinterpret_cast<__m512bh>(
          _mm512_set1_epi32(static_cast<int>(left[line + i][k])));
      sum[i][0] = _mm512_dpbf16_ps(sum[i][0], pair, low);
      sum[i][1] = _mm512_dpbf16_ps(sum[i][1], pair, high);
    }
  }
}

struct Avx512Bf16Unit {
  struct Scope {};

  // The product of two blocks, `steps` packed blocks deep.
  SCVIGOR_AVX512_BF16 static void multiply_blocks(const PackedBlock<1>* left,
                                                  const PackedBlock<1>* right,
                                                  std::int64_t steps,
                                                  const BlockTarget& to) {
    for (std::int64_t row = 0; row < kBlock; row += kRowsAtOnce) {
      SumRow sum[kRowsAtOnce];
      load_sums(to, row, sum);
      for (std::int64_t s = 0; s < steps; ++s)
        add_pairs(left[s].part[0][row / kLines], row % kLines, right[s].part[0],
                  sum);
#pragma GCC unroll 8
      for (int i = 0; i < kRowsAtOnce; ++i) {
        float* out = to.data + (row + i) * to.row_step;
        _mm512_storeu_ps(out, sum[i][0]);
        _mm512_storeu_ps(out + kLines, sum[i][1]);
      }
    }
  }
};

}  // namespace scvigor

#endif

#endif
