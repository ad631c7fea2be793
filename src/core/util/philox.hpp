#ifndef SCVIGOR_CORE_UTIL_PHILOX_HPP
#define SCVIGOR_CORE_UTIL_PHILOX_HPP

#include <cstdint>

#include "simd/dispatch.hpp"

namespace scvigor {

// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC11): four random words as a function of a counter of four
// words and a key of two. A round is
//
//   (c0, c1, c2, c3) -> (high(M1 c2) ^ c1 ^ k0, low(M1 c2),
//                        high(M0 c0) ^ c3 ^ k1, low(M0 c0))
//
// with a key that grows by (W0, W1) from round to round.
struct PhiloxWords {
  std::uint32_t c0, c1, c2, c3;
};

SCVIGOR_INLINE PhiloxWords philox_round(PhiloxWords c, std::uint32_t k0,
                                        std::uint32_t k1) {
  const std::uint64_t p0 = std::uint64_t{0xd2511f53} * c.c0;
  const std::uint64_t p1 = std::uint64_t{0xcd9e8d57} * c.c2;
  return {static_cast<std::uint32_t>(p1 >> 32) ^ c.c1 ^ k0,
          static_cast<std::uint32_t>(p1),
          static_cast<std::uint32_t>(p0 >> 32) ^ c.c3 ^ k1,
          static_cast<std::uint32_t>(p0)};
}

// Without a loop: one around this is then vectorized.
SCVIGOR_INLINE PhiloxWords philox(PhiloxWords c, std::uint32_t k0,
                                  std::uint32_t k1) {
  constexpr std::uint32_t kW0 = 0x9e3779b9;
  constexpr std::uint32_t kW1 = 0xbb67ae85;
  c = philox_round(c, k0, k1);
  c = philox_round(c, k0 + kW0, k1 + kW1);
  c = philox_round(c, k0 + 2 * kW0, k1 + 2 * kW1);
  c = philox_round(c, k0 + 3 * kW0, k1 + 3 * kW1);
  c = philox_round(c, k0 + 4 * kW0, k1 + 4 * kW1);
  c = philox_round(c, k0 + 5 * kW0, k1 + 5 * kW1);
  c = philox_round(c, k0 + 6 * kW0, k1 + 6 * kW1);
  c = philox_round(c, k0 + 7 * kW0, k1 + 7 * kW1);
  c = philox_round(c, k0 + 8 * kW0, k1 + 8 * kW1);
  return philox_round(c, k0 + 9 * kW0, k1 + 9 * kW1);
}

// Where an array of random numbers lies among all that a key gives: `step` and
// `draw` count, and the blocks of four words of an array are numbered.
struct PhiloxStream {
  std::uint64_t key = 0;
  std::uint64_t step = 0;
  std::uint32_t draw = 0;

  // Blocks from 2^32 on are those of the next draw.
  SCVIGOR_INLINE PhiloxWords block(std::uint64_t i) const {
    return philox({static_cast<std::uint32_t>(i),
                   draw + static_cast<std::uint32_t>(i >> 32),
                   static_cast<std::uint32_t>(step),
                   static_cast<std::uint32_t>(step >> 32)},
                  static_cast<std::uint32_t>(key),
                  static_cast<std::uint32_t>(key >> 32));
  }
};

}  // namespace scvigor

#endif
