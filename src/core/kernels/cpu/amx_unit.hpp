#ifndef SCVIGOR_CORE_KERNELS_CPU_AMX_UNIT_HPP
#define SCVIGOR_CORE_KERNELS_CPU_AMX_UNIT_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX

#include <immintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "kernels/cpu/bfloat16_block.hpp"
#include "kernels/cpu/bfloat16_pack.hpp"

// Products of packed blocks by AMX. Registers 0 to 3 hold the sums of a block
// of the result, 4 and 5 two tiles of the left factor, 6 and 7 of the right
// one.

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

SCVIGOR_AMX inline void load_left(const Tile (&tiles)[2]) {
  _tile_loadd(4, tiles[0], 64);
  _tile_loadd(5, tiles[1], 64);
}
SCVIGOR_AMX inline void load_right(const Tile (&tiles)[2]) {
  _tile_loadd(6, tiles[0], 64);
  _tile_loadd(7, tiles[1], 64);
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

// Adds the products of all parts but the smallest, and but that of the largest
// ones: five of three parts, two of two parts.
template <int kParts>
SCVIGOR_AMX inline void add_small_products(const PackedBlock<kParts>& left,
                                           const PackedBlock<kParts>& right) {
  if constexpr (kParts == 1) return;
  load_left(left.part[0]);
  for (int p = kParts - 1; p > 0; --p) {
    load_right(right.part[p]);
    add_products();
  }
  load_left(left.part[1]);
  if constexpr (kParts == 3) add_products();
  load_right(right.part[0]);
  add_products();
  if constexpr (kParts < 3) return;
  load_left(left.part[kParts - 1]);
  add_products();
}

struct AmxUnit {
  using Scope = AmxScope;

  // The product of two blocks, `steps` packed blocks deep. The products of the
  // largest parts come last: the sum of the others is small, and so are its
  // rounding errors.
  template <int kParts>
  SCVIGOR_AMX static void multiply_blocks(const PackedBlock<kParts>* left,
                                          const PackedBlock<kParts>* right,
                                          std::int64_t steps,
                                          const BlockTarget& to) {
    // Loads of tiles do not tell the compiler that they read memory.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    start_sums(to);
    for (std::int64_t s = 0; s < steps; ++s)
      add_small_products(left[s], right[s]);
    const auto rows = ceil_div(kBlock, steps);
    for (std::int64_t s = 0; s < steps; ++s) {
      load_left(left[s].part[0]);
      load_right(right[s].part[0]);
      add_products();
      prefetch_rows(to, s * rows, std::min(kBlock, (s + 1) * rows));
    }
    store_sums(to);
  }
};

}  // namespace scvigor

#endif

#endif
