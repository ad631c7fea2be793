#ifndef SCVIGOR_CORE_KERNELS_CPU_GAMMA_DIFFERENCE_HPP
#define SCVIGOR_CORE_KERNELS_CPU_GAMMA_DIFFERENCE_HPP

#include <array>
#include <cmath>

namespace scvigor {

// lgamma(theta + x) - lgamma(theta) and its derivative w.r.t. theta.
struct GammaDifference {
  double value;
  double derivative;
};

namespace detail {

// From here on Stirling's series with four terms is exact to double precision.
constexpr double kStirlingMin = 16.0;

// lgamma(z) - [(z - 1/2) log z - z + log(2 pi) / 2]
inline double stirling_tail(double z) {
  const double i = 1.0 / z;
  const double i2 = i * i;
  return i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 / 1680)));
}
// its derivative
inline double stirling_tail_derivative(double z) {
  const double i2 = 1.0 / (z * z);
  return -i2 * (1.0 / 12 - i2 * (1.0 / 120 - i2 * (1.0 / 252 - i2 / 240)));
}

// The difference for arguments a and b = a + step, both at least kStirlingMin,
// without the cancellation of two large logarithms. `step` is passed because
// b - a loses its digits when a is large.
inline GammaDifference stirling_difference(double a, double step) {
  const double b = a + step;
  const double log_ratio = std::log1p(step / a);
  const double log_a = std::log(a);
  return {(b - 0.5) * log_ratio + step * (log_a - 1.0) + stirling_tail(b) -
              stirling_tail(a),
          log_ratio - 0.5 / b + 0.5 / a + stirling_tail_derivative(b) -
              stirling_tail_derivative(a)};
}

// The rising factorial z (z + 1) ... (z + n - 1), n <= 16, and its derivative
// w.r.t. z.
struct RisingFactorial {
  double product;
  double derivative;
};
inline RisingFactorial rising_factorial(double z, int n) {
  double product = 1.0;
  double derivative = 0.0;
  for (int k = 0; k < n; ++k) {
    const double factor = z + k;
    derivative = derivative * factor + product;
    product *= factor;
  }
  return {product, derivative};
}

}  // namespace detail

// The difference as log(product) + value. `product` stays within 1e-30 .. 1e24
// for theta of at least 1e-30.
struct GammaParts {
  double product;
  double value;
  double derivative;
};

// theta > 0, x >= 0. A small theta is first shifted to where Stirling's series
// holds; for a whole count below that the product is all.
inline GammaParts gamma_difference_parts(double theta, double x) {
  using detail::kStirlingMin;
  if (theta >= kStirlingMin) {
    const auto all = detail::stirling_difference(theta, x);
    return {1.0, all.value, all.derivative};
  }
  constexpr int kShift = static_cast<int>(kStirlingMin);
  const bool whole = x == std::floor(x);
  if (whole && x <= kStirlingMin) {
    const auto low = detail::rising_factorial(theta, static_cast<int>(x));
    return {low.product, 0.0, low.derivative / low.product};
  }
  const auto low = detail::rising_factorial(theta, kShift);
  const double low_derivative = low.derivative / low.product;
  if (whole) {
    const auto rest =
        detail::stirling_difference(theta + kStirlingMin, x - kStirlingMin);
    return {low.product, rest.value, low_derivative + rest.derivative};
  }
  // A fractional x: shift both ends.
  const auto high = detail::rising_factorial(theta + x, kShift);
  const auto rest = detail::stirling_difference(theta + kStirlingMin, x);
  return {low.product, rest.value - std::log(high.product),
          low_derivative + rest.derivative - high.derivative / high.product};
}

inline GammaDifference gamma_difference(double theta, double x) {
  const auto parts = gamma_difference_parts(theta, x);
  return {std::log(parts.product) + parts.value, parts.derivative};
}

// log(x!) of a count; for small whole counts from a table.
inline double log_factorial(double x) {
  constexpr int kTableSize = 256;
  static const auto table = [] {
    std::array<double, kTableSize> logs{};
    for (int k = 1; k < kTableSize; ++k) logs[k] = logs[k - 1] + std::log(k);
    return logs;
  }();
  if (x < kTableSize && x == std::floor(x) && x >= 0.0)
    return table[static_cast<std::size_t>(x)];
  return gamma_difference(1.0, x).value;
}

}  // namespace scvigor

#endif
