#ifndef SCVIGOR_CORE_KERNELS_GAMMA_DIFFERENCE_HPP
#define SCVIGOR_CORE_KERNELS_GAMMA_DIFFERENCE_HPP

#include <cmath>

namespace scvigor {

// lgamma(theta + x) - lgamma(theta) and its derivative by theta.
struct GammaDifference {
  double value;
  double derivative;
};

namespace detail {

// Where Stirling's series with four terms is exact to double precision.
constexpr double kStirlingFrom = 16.0;

// lgamma(z) - [(z - 1/2) log z - z + log(2 pi) / 2]
inline double stirling_tail(double z) {
  const double i = 1.0 / z;
  const double i2 = i * i;
  return i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 / 1680)));
}
// its derivative
inline double stirling_tail_slope(double z) {
  const double i2 = 1.0 / (z * z);
  return -i2 * (1.0 / 12 - i2 * (1.0 / 120 - i2 * (1.0 / 252 - i2 / 240)));
}

// The difference for arguments a <= b from kStirlingFrom on, without the
// cancellation of two large logarithms.
inline GammaDifference stirling_difference(double a, double b) {
  const double step = b - a;
  const double log_ratio = std::log1p(step / a);
  const double log_a = std::log(a);
  return {(b - 0.5) * log_ratio + step * (log_a - 1.0) + stirling_tail(b) -
              stirling_tail(a),
          log_ratio - 0.5 / b + 0.5 / a + stirling_tail_slope(b) -
              stirling_tail_slope(a)};
}

// log of the rising factorial z (z + 1) ... (z + n - 1), n <= 16, and its
// derivative by z.
inline GammaDifference log_rising_factorial(double z, int n) {
  double product = 1.0;
  double slope = 0.0;
  for (int k = 0; k < n; ++k) {
    const double factor = z + k;
    slope = slope * factor + product;
    product *= factor;
  }
  return {std::log(product), slope / product};
}

}  // namespace detail

// theta > 0, x >= 0. A small theta is first moved up to where Stirling's
// series holds; a count below that is the product alone.
inline GammaDifference gamma_difference(double theta, double x) {
  using detail::kStirlingFrom;
  if (theta >= kStirlingFrom) return detail::stirling_difference(theta, theta + x);
  constexpr int kShift = static_cast<int>(kStirlingFrom);
  const bool whole = x == std::floor(x);
  if (whole && x <= kStirlingFrom)
    return detail::log_rising_factorial(theta, static_cast<int>(x));
  const auto low = detail::log_rising_factorial(theta, kShift);
  if (whole) {
    const auto rest =
        detail::stirling_difference(theta + kStirlingFrom, theta + x);
    return {low.value + rest.value, low.derivative + rest.derivative};
  }
  // A fractional x: move both ends up.
  const auto high = detail::log_rising_factorial(theta + x, kShift);
  const auto rest = detail::stirling_difference(theta + kStirlingFrom,
                                                theta + x + kStirlingFrom);
  return {low.value + rest.value - high.value,
          low.derivative + rest.derivative - high.derivative};
}

// log(x!) of a count.
inline double log_factorial(double x) {
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  const double z = x + 1.0;
  if (z >= detail::kStirlingFrom)
    return (z - 0.5) * std::log(z) - z + kHalfLogTwoPi +
           detail::stirling_tail(z);
  return gamma_difference(1.0, x).value;
}

}  // namespace scvigor

#endif
