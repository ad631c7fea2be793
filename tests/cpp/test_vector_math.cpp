// The float32 functions of the kernels against double precision, at every
// instruction set that this processor has.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "simd/vector_math.hpp"

using namespace scvigor;

namespace {

// The functions as the kernels use them: in loops, for each instruction set.
using Values = std::vector<float>;

SCVIGOR_INLINE void exp_body(const float* x, float* y, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) y[i] = vmath::exp(x[i]);
}
SCVIGOR_INLINE void log_body(const float* x, float* y, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) y[i] = vmath::log(x[i]);
}
SCVIGOR_INLINE void log1p_body(const float* x, float* y, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) y[i] = vmath::log1p(x[i]);
}
SCVIGOR_INLINE void softplus_body(const float* x, float* y, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) y[i] = vmath::softplus(x[i]).value;
}
SCVIGOR_INLINE void sigmoid_body(const float* x, float* y, int n) {
#pragma omp simd
  for (int i = 0; i < n; ++i) y[i] = vmath::softplus(x[i]).sigmoid;
}
SCVIGOR_KERNEL(exp_all, exp_body, (const float* x, float* y, int n), (x, y, n))
SCVIGOR_KERNEL(log_all, log_body, (const float* x, float* y, int n), (x, y, n))
SCVIGOR_KERNEL(log1p_all, log1p_body, (const float* x, float* y, int n),
               (x, y, n))
SCVIGOR_KERNEL(softplus_all, softplus_body, (const float* x, float* y, int n),
               (x, y, n))
SCVIGOR_KERNEL(sigmoid_all, sigmoid_body, (const float* x, float* y, int n),
               (x, y, n))

using Kernel = void (*)(const float*, float*, int);

Values apply(Kernel kernel, const Values& x) {
  Values y(x.size());
  kernel(x.data(), y.data(), static_cast<int>(x.size()));
  return y;
}

// n numbers from first to last, at even steps or at even ratios.
Values even_steps(double first, double last, int n) {
  Values out;
  for (int i = 0; i < n; ++i)
    out.push_back(static_cast<float>(first + (last - first) * i / (n - 1)));
  return out;
}
Values even_ratios(double first, double last, int n) {
  Values out;
  for (int i = 0; i < n; ++i)
    out.push_back(static_cast<float>(
        first * std::pow(last / first, static_cast<double>(i) / (n - 1))));
  return out;
}

// Distance between neighboring floats at y.
double ulp(double y) {
  const auto f = static_cast<float>(std::abs(y));
  return std::nextafter(f, std::numeric_limits<float>::infinity()) - f;
}

// The largest error over x, in units in the last place.
double worst_error(Kernel kernel, const Values& x,
                   const std::function<double(double)>& exact) {
  const Values y = apply(kernel, x);
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = exact(x[i]);
    worst = std::max(worst, std::abs(y[i] - expected) / ulp(expected));
  }
  return worst;
}

constexpr int kMany = 200000;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
const float kNan = std::numeric_limits<float>::quiet_NaN();

double exact_softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

}  // namespace

TEST_CASE("float32 functions are within 2 units in the last place") {
  support::for_each_cpu_level([](const std::string& level) {
    INFO(level);
    CHECK(worst_error(exp_all, even_steps(-86.9, 87.9, kMany),
                      [](double x) { return std::exp(x); }) <= 2.0);
    CHECK(worst_error(log_all, even_ratios(1.2e-38, 3e38, kMany),
                      [](double x) { return std::log(x); }) <= 2.0);
    CHECK(worst_error(log_all, even_steps(0.5, 2.0, kMany),
                      [](double x) { return std::log(x); }) <= 2.0);
    CHECK(worst_error(log1p_all, even_ratios(1e-37, 1e37, kMany),
                      [](double x) { return std::log1p(x); }) <= 3.0);
    CHECK(worst_error(softplus_all, even_steps(-86.0, 200.0, kMany),
                      exact_softplus) <= 3.0);
    CHECK(worst_error(sigmoid_all, even_steps(-86.0, 200.0, kMany),
                      [](double x) { return 1 / (1 + std::exp(-x)); }) <= 3.0);
  });
}

TEST_CASE("every instruction set gives the same to 2 units in the last place") {
  const Values x = even_steps(-86.0, 87.0, kMany);
  const Values positive = even_ratios(1e-37, 1e37, kMany);
  std::vector<std::pair<Kernel, const Values*>> cases{{exp_all, &x},
                                                      {softplus_all, &x},
                                                      {sigmoid_all, &x},
                                                      {log_all, &positive},
                                                      {log1p_all, &positive}};
  for (const auto& one : cases) {
    Values first;
    support::for_each_cpu_level([&](const std::string& level) {
      INFO(level);
      const Values y = apply(one.first, *one.second);
      if (first.empty()) first = y;
      double worst = 0.0;
      for (std::size_t i = 0; i < y.size(); ++i)
        worst = std::max(
            worst, std::abs(double{y[i]} - double{first[i]}) / ulp(first[i]));
      CHECK(worst <= 2.0);
    });
  }
}

TEST_CASE("exact values at the points that models pass often") {
  support::for_each_cpu_level([](const std::string& level) {
    INFO(level);
    CHECK(apply(exp_all, {0.0F, -0.0F}) == Values{1.0F, 1.0F});
    CHECK(apply(log_all, {1.0F}) == Values{0.0F});
    CHECK(apply(log1p_all, {0.0F, 1e-30F}) == Values{0.0F, 1e-30F});
    CHECK(apply(softplus_all, {30.0F, 300.0F}) == Values{30.0F, 300.0F});
    CHECK(apply(sigmoid_all, {0.0F, 300.0F}) == Values{0.5F, 1.0F});
  });
}

// exp() stops at the smallest and largest normal numbers instead of reaching
// 0 and infinity; NaN passes through whatever ends up in a loss.
TEST_CASE("what the float32 functions make of infinities and NaN") {
  support::for_each_cpu_level([](const std::string& level) {
    INFO(level);
    const Values ends = apply(
        exp_all, {-kInfinity, -1000.0F, -87.0F, 88.0F, 1000.0F, kInfinity});
    CHECK(ends[0] == ends[2]);
    CHECK(ends[1] == ends[2]);
    CHECK(ends[4] == ends[3]);
    CHECK(ends[5] == ends[3]);
    CHECK(ends[2] > 0.0F);
    CHECK(ends[3] < kInfinity);

    const Values soft = apply(softplus_all, {-kInfinity, kInfinity});
    CHECK(soft[0] < 1e-37F);
    CHECK(soft[1] == kInfinity);
    CHECK(apply(sigmoid_all, {kInfinity})[0] == 1.0F);

    for (const Kernel kernel : {exp_all, log1p_all, softplus_all, sigmoid_all})
      CHECK(std::isnan(apply(kernel, {kNan})[0]));
    CHECK_FALSE(std::isfinite(apply(log1p_all, {kInfinity})[0]));
  });
}
