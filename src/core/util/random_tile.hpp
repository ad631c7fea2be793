#ifndef SCVIGOR_CORE_UTIL_RANDOM_TILE_HPP
#define SCVIGOR_CORE_UTIL_RANDOM_TILE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simd/vector_math.hpp"
#include "util/philox.hpp"

namespace scvigor {

// Random numbers are made 64 at a time, of 16 blocks of Philox, so that each
// loop fills vector registers. Number 64 t + 16 w + j of an array is made of
// word w of block 16 t + j.
constexpr std::int64_t kTileBlocks = 16;
constexpr std::int64_t kTileNumbers = 4 * kTileBlocks;

SCVIGOR_INLINE void random_words(const PhiloxStream& stream, std::uint64_t tile,
                                 std::uint32_t* words) {
#pragma omp simd
  for (std::uint32_t j = 0; j < kTileBlocks; ++j) {
    const PhiloxWords c = stream.block(kTileBlocks * tile + j);
    words[j] = c.c0;
    words[kTileBlocks + j] = c.c1;
    words[2 * kTileBlocks + j] = c.c2;
    words[3 * kTileBlocks + j] = c.c3;
  }
}

// value, or -value where the sign's highest bit is set.
SCVIGOR_INLINE float with_sign(float value, std::uint32_t sign) {
  return vmath::bits_to_float(vmath::float_to_bits(value) ^
                              static_cast<std::int32_t>(sign));
}

// sin and cos of (q + f) pi / 2, where q is the word's two highest bits and
// f, -1/2 to 1/2, the others. Cephes' sinf and cosf.
struct SinCos {
  float sin, cos;
};
SCVIGOR_INLINE SinCos sin_cos_of_turn(std::uint32_t word) {
  constexpr float kQuarterTurn = 1.57079632679F / 4294967296.0F;
  const float x =
      static_cast<float>(static_cast<std::int32_t>(word << 2)) * kQuarterTurn;
  const float x2 = x * x;
  const float s =
      ((-1.9515295891e-4F * x2 + 8.3321608736e-3F) * x2 - 1.6666654611e-1F) *
          (x2 * x) +
      x;
  const float c = ((2.443315711809948e-5F * x2 - 1.388731625493765e-3F) * x2 +
                   4.166664568298827e-2F) *
                      (x2 * x2) -
                  0.5F * x2 + 1.0F;
  const std::uint32_t q = word >> 30;
  const bool swapped = (q & 1) != 0;
  return {with_sign(swapped ? c : s, (q >> 1) << 31),
          with_sign(swapped ? s : c, (q ^ (q >> 1)) << 31)};
}

// sqrt(-2 log u), u = (word + 1/2) / 2^32: at most 6.8.
SCVIGOR_INLINE float normal_radius(std::uint32_t word) {
  constexpr float kScale = 1.0F / 65536.0F;
  const float high = static_cast<float>(static_cast<std::int32_t>(word >> 16));
  const float low =
      static_cast<float>(static_cast<std::int32_t>(word & 0xffff));
  const float u = high * kScale + (low + 0.5F) * (kScale * kScale);
  const float squared = -2.0F * vmath::log(u);
  return vmath::sqrt(squared > 0.0F ? squared : 0.0F);
}

// Each makes 64 numbers of 64 words.

// From N(0, 1), by Box and Muller: two of two words.
struct NormalTile {
  template <class T>
  SCVIGOR_INLINE void operator()(const std::uint32_t* words, T* out) const {
    for (int half = 0; half < 2; ++half) {
      const std::uint32_t* u = words + 2 * kTileBlocks * half;
      T* z = out + 2 * kTileBlocks * half;
#pragma omp simd
      for (std::int64_t j = 0; j < kTileBlocks; ++j) {
        const float radius = normal_radius(u[j]);
        const SinCos angle = sin_cos_of_turn(u[kTileBlocks + j]);
        z[j] = static_cast<T>(radius * angle.cos);
        z[kTileBlocks + j] = static_cast<T>(radius * angle.sin);
      }
    }
  }
};

// In [low, high), the number before `high` where rounding gives that.
struct UniformTile {
  double low, high;

  template <class T>
  SCVIGOR_INLINE void operator()(const std::uint32_t* words, T* out) const {
    constexpr double kScale = 1.0 / 4294967296.0;
    const T end = static_cast<T>(high);
    const T last = std::nextafter(end, static_cast<T>(low));
#pragma omp simd
    for (std::int64_t j = 0; j < kTileNumbers; ++j) {
      const double u = static_cast<double>(words[j]) * kScale;
      const T value = static_cast<T>(low + (high - low) * u);
      out[j] = value < end ? value : last;
    }
  }
};

// `value` where a word is below `bound`, else 0.
struct BernoulliTile {
  std::uint32_t bound;
  double value;

  template <class T>
  SCVIGOR_INLINE void operator()(const std::uint32_t* words, T* out) const {
    const T positive = static_cast<T>(value);
#pragma omp simd
    for (std::int64_t j = 0; j < kTileNumbers; ++j)
      out[j] = words[j] < bound ? positive : T(0);
  }
};

// n numbers of an array, from a tile on; the last tile may be cut off.
template <class Tile, class T>
SCVIGOR_INLINE void random_numbers(const PhiloxStream& stream, const Tile& make,
                                   std::uint64_t tile, std::int64_t n, T* out) {
  std::uint32_t words[kTileNumbers];
  for (; n >= kTileNumbers; n -= kTileNumbers, out += kTileNumbers) {
    random_words(stream, tile++, words);
    make(words, out);
  }
  if (n == 0) return;
  T rest[kTileNumbers];
  random_words(stream, tile, words);
  make(words, rest);
  std::memcpy(out, rest, static_cast<std::size_t>(n) * sizeof(T));
}

}  // namespace scvigor

#endif
