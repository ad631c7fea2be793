#ifndef SCVIGOR_CORE_KERNELS_CPU_AMX_PACK_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AMX_PACK_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX

#include <immintrin.h>

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/gemm.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/transpose.hpp"
#include "util/ceil_div.hpp"

// The factors of a product as AMX takes them. A tile has kLines lines of kDeep
// bfloat16: rows of the left factor, or columns of the right one. A block is
// two tiles of lines; its product with another fills four tile registers.

namespace scvigor {

constexpr std::int64_t kLines = 16;
constexpr std::int64_t kDeep = 32;
constexpr std::int64_t kBlock = 2 * kLines;
constexpr int kParts = 3;

static_assert(kGemmPanel == kBlock);

using Tile = std::uint32_t[kLines][kLines];  // pairs of bfloat16

// A block of lines, kDeep of their depth, in three parts, the largest first. A
// pair is the numbers i and i + 16 of a line. A tile of the left factor has the
// pairs of a line in a row; one of the right factor, those of all lines.
struct alignas(64) PackedBlock {
  Tile part[kParts][2];
};
constexpr std::int64_t kPartWords = sizeof(PackedBlock::part[0]) / 4;

// The first n of 16 numbers.
inline __mmask16 first_of(std::int64_t n) {
  return static_cast<__mmask16>(
      n >= kLines ? 0xffff : (1 << std::max<std::int64_t>(n, 0)) - 1);
}

// A factor in memory: number k of line i is data[i * line_step + k * step], and
// one of the steps is 1.
struct AmxFactor {
  const float* data;
  std::int64_t line_step;
  std::int64_t step;
  std::int64_t lines;
  std::int64_t depth;

  AmxFactor from(std::int64_t line, std::int64_t k) const {
    return {data + line * line_step + k * step, line_step, step, lines - line,
            depth - k};
  }
};
inline bool operator==(const AmxFactor& a, const AmxFactor& b) {
  return a.data == b.data && a.line_step == b.line_step && a.step == b.step &&
         a.lines == b.lines && a.depth == b.depth;
}

enum class FactorSide { kLeft, kRight };

typedef float FloatVector __attribute__((vector_size(64), may_alias));

// Numbers i of a and b become pair i of each part: the upper halves of
// their bits, then those of the remainders, and so on. The third part is exact.
SCVIGOR_AMX inline void split(FloatVector a, FloatVector b, std::uint32_t* to) {
  typedef std::uint32_t V __attribute__((vector_size(64), may_alias));
#pragma GCC unroll 3
  for (int p = 0; p < kParts; ++p) {
    const V a_part = reinterpret_cast<V>(a) & 0xffff0000;
    const V b_part = reinterpret_cast<V>(b) & 0xffff0000;
    *reinterpret_cast<V*>(to + p * kPartWords) = a_part >> 16 | b_part;
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
SCVIGOR_AMX inline FloatVector load(const TileHalf& half, std::int64_t row) {
  return reinterpret_cast<FloatVector>(
      _mm512_maskz_loadu_ps(row < half.rows ? half.mask : __mmask16(0),
                            half.data + row * half.row_step));
}

// The first 16 lines and kDeep numbers.
SCVIGOR_AMX inline void pack_tile(const AmxFactor& from, FactorSide side,
                                  int tile, PackedBlock& to) {
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
      split(load(low, i), load(high, i), to.part[0][tile][i]);
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
    split(lows[i], highs[i], to.part[0][tile][i]);
}

// All blocks of lines, each with all its depth.
inline void pack(const AmxFactor& from, FactorSide side,
                 AlignedVector<PackedBlock>& out) {
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
