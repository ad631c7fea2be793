#ifndef SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_PACK_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_PACK_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/gemm.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/transpose.hpp"
#include "util/ceil_div.hpp"

// The factors of a product as AMX and AVX-512-BF16 take them. A tile has kLines
// lines of kDeep bfloat16: rows of the left factor, or columns of the right
// one. A block is two tiles of lines; its product with another fills four of
// AMX's registers.

namespace scvigor {

constexpr std::int64_t kLines = 16;
constexpr std::int64_t kDeep = 32;
constexpr std::int64_t kBlock = 2 * kLines;

static_assert(kGemmPanel == kBlock);

using Tile = std::uint32_t[kLines][kLines];  // pairs of bfloat16

// A block of lines, kDeep of their depth, each float32 in kParts bfloat16, the
// largest first: three are its exact sum, one or two are rounded. A pair is the
// numbers i and i + 16 of a line. A tile of the left factor has the pairs of a
// line in a row; one of the right factor, those of all lines.
template <int kParts>
struct alignas(64) PackedBlock {
  Tile part[kParts][2];
};
constexpr std::int64_t kPartWords = sizeof(PackedBlock<1>) / 4;

// The first n of 16 numbers.
inline __mmask16 first_of(std::int64_t n) {
  return static_cast<__mmask16>(
      n >= kLines ? 0xffff : (1 << std::max<std::int64_t>(n, 0)) - 1);
}

// A factor in memory: number k of line i is data[i * line_step + k * step], and
// one of the steps is 1.
struct GemmFactor {
  const float* data;
  std::int64_t line_step;
  std::int64_t step;
  std::int64_t lines;
  std::int64_t depth;

  GemmFactor from(std::int64_t line, std::int64_t k) const {
    return {data + line * line_step + k * step, line_step, step, lines - line,
            depth - k};
  }
};
inline bool operator==(const GemmFactor& a, const GemmFactor& b) {
  return a.data == b.data && a.line_step == b.line_step && a.step == b.step &&
         a.lines == b.lines && a.depth == b.depth;
}

enum class FactorSide { kLeft, kRight };

typedef float FloatVector __attribute__((vector_size(64), may_alias));

typedef std::uint32_t WordVector __attribute__((vector_size(64), may_alias));

// Pairs of the bfloat16 nearest to numbers i of a and b.
SCVIGOR_AVX512_BF16 inline WordVector rounded_pairs(FloatVector a,
                                                    FloatVector b) {
  typedef std::uint16_t Halves __attribute__((vector_size(64)));
  constexpr Halves kInterleave{0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                               21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                               11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const auto a_then_b = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(
      reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(a)));
  return reinterpret_cast<WordVector>(_mm512_permutexvar_epi16(
      reinterpret_cast<__m512i>(kInterleave), a_then_b));
}

// Numbers i of a and b become pair i of each part: a part is what is nearest to
// the remainder that those before it leave. Of three parts it is the upper half
// of the remainder's bits, and the third is exact.
template <int kParts>
SCVIGOR_AVX512_BF16 inline void split(FloatVector a, FloatVector b,
                                      std::uint32_t* to) {
  constexpr std::uint32_t kUpperHalf = 0xffff0000;
#pragma GCC unroll 3
  for (int p = 0; p < kParts; ++p) {
    WordVector a_part, b_part, pairs;
    if constexpr (kParts == 3) {
      a_part = reinterpret_cast<WordVector>(a) & kUpperHalf;
      b_part = reinterpret_cast<WordVector>(b) & kUpperHalf;
      pairs = a_part >> 16 | b_part;
    } else {
      pairs = rounded_pairs(a, b);
      a_part = pairs << 16;
      b_part = pairs & kUpperHalf;
    }
    *reinterpret_cast<WordVector*>(to + p * kPartWords) = pairs;
    a -= reinterpret_cast<FloatVector>(a_part);
    b -= reinterpret_cast<FloatVector>(b_part);
  }
}

// The rows of memory of a tile's first 16 numbers, or of its last.
struct TileHalf {
  const float* data;
  std::int64_t row_step;
  std::int64_t rows;
  __mmask16 mask;
};
// Zeros where the factor ends.
SCVIGOR_AVX512_BF16 inline FloatVector load(const TileHalf& half,
                                            std::int64_t row) {
  return reinterpret_cast<FloatVector>(
      _mm512_maskz_loadu_ps(row < half.rows ? half.mask : __mmask16(0),
                            half.data + row * half.row_step));
}

// The first 16 lines and kDeep numbers.
template <int kParts>
SCVIGOR_AVX512_BF16 inline void pack_tile(const GemmFactor& from,
                                          FactorSide side, int tile,
                                          PackedBlock<kParts>& to) {
  const float* high_data = from.data + kLines * from.step;
  const bool in_rows = from.step == 1;
  const TileHalf low = in_rows ? TileHalf{from.data, from.line_step, from.lines,
                                          first_of(from.depth)}
                               : TileHalf{from.data, from.step, from.depth,
                                          first_of(from.lines)};
  const TileHalf high =
      in_rows ? TileHalf{high_data, from.line_step, from.lines,
                         first_of(from.depth - kLines)}
              : TileHalf{high_data, from.step, from.depth - kLines,
                         first_of(from.lines)};
  if (in_rows == (side == FactorSide::kLeft)) {
    for (std::int64_t i = 0; i < kLines; ++i)
      split<kParts>(load(low, i), load(high, i), to.part[0][tile][i]);
    return;
  }
  FloatVector lows[kLines], highs[kLines];
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i) highs[i] = load(high, i);
  transpose(highs);
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i) lows[i] = load(low, i);
  transpose(lows);
#pragma GCC unroll 16
  for (int i = 0; i < kLines; ++i)
    split<kParts>(lows[i], highs[i], to.part[0][tile][i]);
}

// All blocks of lines, each with all its depth.
template <int kParts>
void pack(const GemmFactor& from, FactorSide side,
          AlignedVector<PackedBlock<kParts>>& out) {
  out.resize(static_cast<std::size_t>(ceil_div(from.lines, kBlock) *
                                      ceil_div(from.depth, kDeep)));
  auto* to = out.data();
  for (std::int64_t line = 0; line < from.lines; line += kBlock)
    for (std::int64_t k = 0; k < from.depth; k += kDeep, ++to)
      for (int tile = 0; tile < 2; ++tile)
        pack_tile(from.from(line + tile * kLines, k), side, tile, *to);
}

}  // namespace scvigor

#endif

#endif
