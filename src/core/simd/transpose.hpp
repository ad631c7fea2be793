#ifndef SCVIGOR_CORE_SIMD_TRANSPOSE_HPP
#define SCVIGOR_CORE_SIMD_TRANSPOSE_HPP

#include <cstdint>
#include <utility>

#include "simd/dispatch.hpp"

namespace scvigor {

// The numbers of two registers in turn, a0 b0 a1 b1 and so on: the first half
// of them, or the second.
template <int kFirst, class V, int... kPlace>
SCVIGOR_INLINE void take_turns(const V& a, const V& b, V& out,
                               std::integer_sequence<int, kPlace...>) {
  constexpr int kLanes = sizeof...(kPlace);
#if defined(__clang__) || __GNUC__ >= 12
  out = __builtin_shufflevector(a, b,
                                (kFirst + kPlace / 2 + kPlace % 2 * kLanes)...);
#else
  typedef std::int32_t Indices __attribute__((vector_size(sizeof(V))));
  out = __builtin_shuffle(
      a, b, Indices{(kFirst + kPlace / 2 + kPlace % 2 * kLanes)...});
#endif
}

// A square of numbers, rows in registers, becomes its transpose: row i and
// the row half a square further down are mixed, as often as it can be halved.
template <class V, int kLanes>
SCVIGOR_INLINE void transpose(V (&rows)[kLanes]) {
  constexpr std::make_integer_sequence<int, kLanes> kLane{};
#pragma GCC unroll 4
  for (int halves = 1; halves < kLanes; halves *= 2) {
    V mixed[kLanes];
#pragma GCC unroll 8
    for (int i = 0; i < kLanes / 2; ++i) {
      const V& a = rows[i];
      const V& b = rows[i + kLanes / 2];
      take_turns<0>(a, b, mixed[2 * i], kLane);
      take_turns<kLanes / 2>(a, b, mixed[2 * i + 1], kLane);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) rows[i] = mixed[i];
  }
}

}  // namespace scvigor

#endif
