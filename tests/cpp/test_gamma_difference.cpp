// lgamma(theta + x) - lgamma(theta), its derivative, and log(x!), over the
// whole range of counts and dispersions.

#include <cmath>
#include <vector>

#include "catch.hpp"
#include "kernels/cpu/gamma_difference.hpp"

using namespace scvigor;

namespace {

constexpr double kThetas[] = {1e-8, 1e-4, 0.03, 0.5, 1.0, 2.7, 15.9,
                              16.0, 17.3, 40.0, 1e3, 3e5, 1e8, 1e12};
constexpr double kCounts[] = {0.0,   1.0,   2.0,  3.0,     15.0,  16.0,
                              17.0,  18.0,  31.0, 32.0,    100.0, 255.0,
                              256.0, 257.0, 1e3,  12345.0, 1e5,   1e6};
constexpr double kFractions[] = {1e-6,  0.25, 0.5,    1.5,      15.75,
                                 16.25, 99.9, 1234.5, 1e6 + 0.5};

struct Exact {
  long double value;
  long double derivative;
};

// Sums over the integers between: exact for a whole x.
Exact by_product(long double theta, long double x) {
  Exact out{0.0L, 0.0L};
  // Small terms first.
  for (auto k = static_cast<long>(x) - 1; k >= 0; --k) {
    out.value += std::log(theta + k);
    out.derivative += 1.0L / (theta + k);
  }
  return out;
}

// psi(z) = log(z) - 1 / (2 z) - sum over k of B_2k / (2 k z^2k), for z >= 30.
long double digamma(long double z) {
  long double shift = 0.0L;
  for (; z < 30.0L; z += 1.0L) shift -= 1.0L / z;
  const long double i2 = 1.0L / (z * z);
  return shift + std::log(z) - 0.5L / z -
         i2 * (1.0L / 12 -
               i2 * (1.0L / 120 - i2 * (1.0L / 252 - i2 * (1.0L / 240))));
}

Exact by_lgamma(long double theta, long double x) {
  return {std::lgamma(theta + x) - std::lgamma(theta),
          digamma(theta + x) - digamma(theta)};
}

void check(double found, long double expected, double tolerance) {
  INFO(found << " instead of " << static_cast<double>(expected));
  CHECK(std::abs(found - static_cast<double>(expected)) <=
        tolerance * (1.0 + std::abs(static_cast<double>(expected))));
}

}  // namespace

TEST_CASE("gamma_difference is exact for whole counts") {
  for (const double theta : kThetas)
    for (const double x : kCounts) {
      INFO("theta " << theta << ", x " << x);
      const auto found = gamma_difference(theta, x);
      const Exact exact = by_product(theta, x);
      check(found.value, exact.value, 1e-13);
      // The kernel uses theta times it.
      check(theta * found.derivative, theta * exact.derivative, 1e-12);
    }
}

TEST_CASE("gamma_difference is exact for fractional counts") {
  for (const double theta : kThetas) {
    // Beyond it even long double loses the difference of two lgammas.
    if (theta > 1e3) continue;
    for (const double x : kFractions) {
      INFO("theta " << theta << ", x " << x);
      const auto found = gamma_difference(theta, x);
      const Exact exact = by_lgamma(theta, x);
      check(found.value, exact.value, 1e-12);
      check(found.derivative, exact.derivative, 1e-10);
    }
  }
}

TEST_CASE("a count matters however large theta is") {
  for (const double theta : {1e15, 1e18, 1e26, 1e38})
    for (const double x : {1.0, 2.5, 1000.0}) {
      INFO("theta " << theta << ", x " << x);
      const auto found = gamma_difference(theta, x);
      CHECK(found.value == Approx(x * std::log(theta)).epsilon(1e-9));
      CHECK(theta * found.derivative == Approx(x).epsilon(1e-9));
    }
}

TEST_CASE("no count, no difference") {
  for (const double theta : kThetas) {
    CHECK(gamma_difference(theta, 0.0).value == 0.0);
    CHECK(gamma_difference(theta, 0.0).derivative == 0.0);
  }
}

TEST_CASE("log_factorial is lgamma(x + 1)") {
  for (const double x : kCounts) {
    INFO("x " << x);
    check(log_factorial(x), std::lgamma(static_cast<long double>(x) + 1.0L),
          1e-14);
  }
  for (const double x : kFractions) {
    INFO("x " << x);
    check(log_factorial(x), std::lgamma(static_cast<long double>(x) + 1.0L),
          1e-13);
  }
}
