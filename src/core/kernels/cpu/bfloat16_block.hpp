#ifndef SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_BLOCK_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_BLOCK_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <immintrin.h>

#include <cstdint>

#include "kernels/cpu/bfloat16_pack.hpp"

// Blocks of the result of products of packed blocks.

namespace scvigor {

using ResultBlock = float[kBlock][kBlock];

// Where a block of the result goes, and what it is added to.
struct BlockTarget {
  float* data;
  std::int64_t row_step;
  const float* start;       // null: zeros
  std::int64_t start_step;  // from a row of those to the next

  static BlockTarget all_of(ResultBlock& block) {
    return {&block[0][0], kBlock, nullptr, 0};
  }
};

// Brings rows that are written soon into the nearest cache: tiles are stored
// row by row, and a row that is not there takes ten times as long. Inlined by
// force, or GCC drops the calls, which have no effect that it knows of.
SCVIGOR_INLINE void prefetch_rows(const BlockTarget& to, std::int64_t row,
                                  std::int64_t last) {
  for (; row < last; ++row) {
    const float* data = to.data + row * to.row_step;
    __builtin_prefetch(data, 1);
    __builtin_prefetch(data + kLines, 1);
    __builtin_prefetch(data + kBlock - 1, 1);
  }
}

// The first rows and columns of a block, where the result ends within it.
SCVIGOR_AVX512 inline void put_corner(const ResultBlock& sum, std::int64_t rows,
                                      std::int64_t columns,
                                      const BlockTarget& to) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; c += kLines) {
      const __mmask16 mask = first_of(columns - c);
      __m512 value = _mm512_load_ps(sum[r] + c);
      if (to.start != nullptr)
        value = _mm512_add_ps(
            _mm512_maskz_loadu_ps(mask, to.start + r * to.start_step + c),
            value);
      _mm512_mask_storeu_ps(to.data + r * to.row_step + c, mask, value);
    }
}

// to = the sums over the depth of lines side by side, at most kGemmPanel.
SCVIGOR_AVX512 inline void sum_lines(const GemmFactor& from, bool add,
                                     float* to) {
  for (std::int64_t c = 0; c < from.lines; c += kLines) {
    const __mmask16 lines = first_of(from.lines - c);
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t k = 0; k < from.depth; ++k)
      sum = _mm512_add_ps(
          sum, _mm512_maskz_loadu_ps(lines, from.data + k * from.step + c));
    if (add) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lines, to + c), sum);
    _mm512_mask_storeu_ps(to + c, lines, sum);
  }
}

}  // namespace scvigor

#endif

#endif
