#ifndef SCVIGOR_CORE_SIMD_VECTOR_MATH_HPP
#define SCVIGOR_CORE_SIMD_VECTOR_MATH_HPP

#include <cmath>
#include <cstdint>
#include <cstring>

#include "simd/dispatch.hpp"

// exp, log1p and their kin. In float32 they are branch-free polynomials that
// the compiler vectorizes, accurate to 2 units in the last place or so; in
// float64, the precision of tests, they are the standard library's.

namespace scvigor {
namespace vmath {

SCVIGOR_INLINE float bits_to_float(std::int32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
SCVIGOR_INLINE std::int32_t float_to_bits(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// exp(x) = 2^k exp(r), |r| <= log(2) / 2; the polynomial is Cephes' expf.
// For arguments whose result is a normal number.
SCVIGOR_INLINE float exp_of_normal(float x) {
  // Adding 1.5 * 2^23 rounds to an integer in the low bits.
  constexpr float kShift = 12582912.0F;
  const float shifted = x * 1.44269504088896341F + kShift;
  const float k = shifted - kShift;
  const float r = (x - k * 0.693359375F) - k * -2.12194440e-4F;
  // Pairs of terms at once: what a loop waits for is the longest chain.
  const float r2 = r * r;
  const float high = 1.9875691500e-4F * r + 1.3981999507e-3F;
  const float middle = 8.3334519073e-3F * r + 4.1665795894e-2F;
  const float low = 1.6666665459e-1F * r + 5.0000001201e-1F;
  const float p = ((high * r2 + middle) * r2 + low) * r2 + (r + 1.0F);
  // The lowest bits of `shifted` are those of k: on to the exponent of p.
  const auto exponent = static_cast<std::uint32_t>(float_to_bits(shifted))
                        << 23;
  return bits_to_float(float_to_bits(p) + static_cast<std::int32_t>(exponent));
}

// Arguments are clamped to where the result is a normal number.
constexpr float kMinExponent = -87.0F;
SCVIGOR_INLINE float exp(float x) {
  constexpr float kMaxExponent = 88.0F;
  x = x < kMinExponent ? kMinExponent : x;
  x = x > kMaxExponent ? kMaxExponent : x;
  return exp_of_normal(x);
}
// exp(-|x|)
SCVIGOR_INLINE float exp_minus_abs(float x) {
  x = x < 0.0F ? x : -x;
  return exp_of_normal(x < kMinExponent ? kMinExponent : x);
}

// log(m 2^k) = k log(2) + log(m), m in [sqrt(1/2), sqrt(2)), Cephes' logf.
// For positive normal numbers.
SCVIGOR_INLINE float log(float x) {
  const std::int32_t bits = float_to_bits(x);
  const std::int32_t offset = bits - 0x3f3504f3;  // bits of sqrt(1/2)
  const float k = static_cast<float>(offset >> 23);
  const float m = bits_to_float((offset & 0x007fffff) + 0x3f3504f3) - 1.0F;
  const float m2 = m * m;
  const float m4 = m2 * m2;
  const float p01 = -2.4999993993e-1F * m + 3.3333331174e-1F;
  const float p23 = -1.6668057665e-1F * m + 2.0000714765e-1F;
  const float p45 = -1.2420140846e-1F * m + 1.4249322787e-1F;
  const float p67 = -1.1514610310e-1F * m + 1.1676998740e-1F;
  const float p =
      (7.0376836292e-2F * m4 + (p67 * m2 + p45)) * m4 + (p23 * m2 + p01);
  const float y = p * (m * m2) + (k * -2.12194440e-4F - 0.5F * m2);
  return m + y + k * 0.693359375F;
}

// log(1 + x) for x >= 0: the rounding of 1 + x is put back to first order
// (Higham 2002, problem 1.5).
SCVIGOR_INLINE float log1p(float x) {
  const float u = 1.0F + x;
  const float lost = x - (u - 1.0F);
  // Where u is huge, `lost` is 0 or u itself dominates.
  return log(u) + lost / u;
}

// sqrt(x) = x (1 / sqrt(x)) for finite x >= 0: a guess of 1 / sqrt(x) from
// the exponent, three steps of Newton. The library's function sets errno for
// negative numbers, a branch that no loop with it can be vectorized around.
SCVIGOR_INLINE float sqrt(float x) {
  float y = bits_to_float(0x5f3759df - (float_to_bits(x) >> 1));
  const float half = 0.5F * x;
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  y = y * (1.5F - half * y * y);
  return x * y;
}
SCVIGOR_INLINE double sqrt(double x) { return __builtin_sqrt(x); }

// log2(x) = k + log(m) log2(e), exact for powers of 2. For positive normal
// numbers.
SCVIGOR_INLINE float log2(float x) {
  const std::int32_t offset = float_to_bits(x) - 0x3f3504f3;
  const float k = static_cast<float>(offset >> 23);
  const float m = bits_to_float((offset & 0x007fffff) + 0x3f3504f3);
  return k + log(m) * 1.44269504088896341F;
}

SCVIGOR_INLINE double log2(double x) { return std::log2(x); }
SCVIGOR_INLINE double exp(double x) { return std::exp(x); }
SCVIGOR_INLINE double exp_minus_abs(double x) { return std::exp(-std::abs(x)); }
SCVIGOR_INLINE double log(double x) { return std::log(x); }
SCVIGOR_INLINE double log1p(double x) { return std::log1p(x); }

// log(1 + exp(x)) and its derivative from one exponential.
template <class T>
struct Softplus {
  T value;
  T sigmoid;
};
template <class T>
SCVIGOR_INLINE Softplus<T> softplus(T x) {
  const T e = exp_minus_abs(x);
  const T positive = x < T(0) ? T(0) : x;
  const T inverse = T(1) / (T(1) + e);
  return {positive + log1p(e), x < T(0) ? e * inverse : inverse};
}

// log(u), u = 1 + r, r >= 0, with the rounding of u put back (see log1p).
SCVIGOR_INLINE float log_of_sum(float r, float u, float inverse_u) {
  return log(u) + (r - (u - 1.0F)) * inverse_u;
}
SCVIGOR_INLINE double log_of_sum(double r, double, double) { return log1p(r); }

// Of r = mu / q >= 0: log(u), u = 1 + r, from one division.
template <class T>
struct LogRatio {
  T log_u;
  T inverse_u;
};
template <class T>
SCVIGOR_INLINE LogRatio<T> log_ratio(T r) {
  constexpr T kMax = T(1e30);  // infinity has no share
  r = r > kMax ? kMax : r;
  const T u = T(1) + r;
  const T inverse = T(1) / u;
  return {log_of_sum(r, u, inverse), inverse};
}

}  // namespace vmath
}  // namespace scvigor

#endif
