#ifndef SCVIGOR_CORE_UTIL_ELEMENT_BYTES_HPP
#define SCVIGOR_CORE_UTIL_ELEMENT_BYTES_HPP

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace scvigor {

// Single numbers out of their bytes, at most 8.

inline std::uint64_t unsigned_element(std::string_view bytes,
                                      bool big_endian = false) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t at = big_endian ? i : bytes.size() - 1 - i;
    value = value << 8 | static_cast<std::uint8_t>(bytes[at]);
  }
  return value;
}

inline std::int64_t signed_element(std::string_view bytes,
                                   bool big_endian = false) {
  const std::uint64_t value = unsigned_element(bytes, big_endian);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(value << unused) >> unused;
}

// 1 bit of sign, 5 of exponent, 10 of mantissa (IEEE 754).
inline double half_of_bits(std::uint64_t bits) {
  const double sign = bits & 0x8000u ? -1.0 : 1.0;
  const int exponent = static_cast<int>(bits >> 10 & 0x1fu);
  const double mantissa = static_cast<double>(bits & 0x3ffu);
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31) return mantissa != 0 ? NAN : sign * INFINITY;
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

inline double float_of_bits(std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits);
  float value = 0.0f;
  std::memcpy(&value, &low, sizeof value);
  return static_cast<double>(value);
}

// Of 2, 4 or 8 bytes.
inline double float_element(std::string_view bytes, bool big_endian = false) {
  const std::uint64_t bits = unsigned_element(bytes, big_endian);
  if (bytes.size() == 2) return half_of_bits(bits);
  if (bytes.size() == 4) return float_of_bits(bits);
  double value = 0.0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace scvigor

#endif
