#ifndef SCVIGOR_CORE_KERNELS_CPU_AMX_TILES_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AMX_TILES_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/cpu/amx_pack.hpp"

// Products of packed blocks. Registers 0 to 3 hold the sums of a block of the
// result, 4 and 5 two tiles of the left factor, 6 and 7 of the right one.

namespace scvigor {

// As LDTILECFG reads it: eight registers of 16 rows of 64 bytes.
struct TileConfig {
  std::uint8_t palette_id = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfig kTileConfig;

// A thread can use the registers while one of these exists.
class AmxScope {
 public:
  SCVIGOR_AMX AmxScope() { _tile_loadconfig(&kTileConfig); }
  SCVIGOR_AMX ~AmxScope() { _tile_release(); }
  AmxScope(const AmxScope&) = delete;
  AmxScope& operator=(const AmxScope&) = delete;
};

SCVIGOR_AMX inline void load_left(const PackedBlock& block, int part) {
  _tile_loadd(4, block.part[part][0], 64);
  _tile_loadd(5, block.part[part][1], 64);
}
SCVIGOR_AMX inline void load_right(const PackedBlock& block, int part) {
  _tile_loadd(6, block.part[part][0], 64);
  _tile_loadd(7, block.part[part][1], 64);
}

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

SCVIGOR_AMX inline void start_sums(const BlockTarget& to) {
  if (to.start == nullptr) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  const auto bytes = to.start_step * static_cast<std::int64_t>(sizeof(float));
  const float* low = to.start + kLines * to.start_step;
  _tile_loadd(0, to.start, bytes);
  _tile_loadd(1, to.start + kLines, bytes);
  _tile_loadd(2, low, bytes);
  _tile_loadd(3, low + kLines, bytes);
}

SCVIGOR_AMX inline void store_sums(const BlockTarget& to) {
  const auto bytes = to.row_step * static_cast<std::int64_t>(sizeof(float));
  float* low = to.data + kLines * to.row_step;
  _tile_stored(0, to.data, bytes);
  _tile_stored(1, to.data + kLines, bytes);
  _tile_stored(2, low, bytes);
  _tile_stored(3, low + kLines, bytes);
}

SCVIGOR_AMX inline void add_products() {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

// The product of two blocks, `steps` packed blocks deep: of the nine products
// of parts the six largest. Those of the largest parts come last: the sum of
// the others is small, and so are its rounding errors.
SCVIGOR_AMX inline void multiply_blocks(const PackedBlock* left,
                                        const PackedBlock* right,
                                        std::int64_t steps,
                                        const BlockTarget& to) {
  // Loads of tiles do not tell the compiler that they read memory.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  start_sums(to);
  for (std::int64_t s = 0; s < steps; ++s) {
    load_left(left[s], 0);
    load_right(right[s], 2);
    add_products();
    load_right(right[s], 1);
    add_products();
    load_left(left[s], 1);
    add_products();
    load_right(right[s], 0);
    add_products();
    load_left(left[s], 2);
    add_products();
  }
  const auto rows = ceil_div(kBlock, steps);
  for (std::int64_t s = 0; s < steps; ++s) {
    load_left(left[s], 0);
    load_right(right[s], 0);
    add_products();
    prefetch_rows(to, s * rows, std::min(kBlock, (s + 1) * rows));
  }
  store_sums(to);
}

// The first rows and columns of a block, where the result ends within it.
SCVIGOR_AMX inline void put_corner(const ResultBlock& sum, std::int64_t rows,
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
SCVIGOR_AMX inline void sum_lines(const AmxFactor& from, bool add, float* to) {
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
