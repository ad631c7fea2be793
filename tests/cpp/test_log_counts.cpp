// What the encoder sees of the counts.

#include <ATen/ATen.h>

#include <limits>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "kernels/log_counts.hpp"
#include "support.hpp"

using namespace scvigor;

TEST_CASE("log1p_counts is log(1 + x), from tiny fractions to huge counts") {
  const at::Tensor x =
      at::cat({at::arange(0.0, 3000.0, at::kDouble),
               at::logspace(-12.0, 30.0, 5000, 10.0, at::kDouble),
               at::linspace(-0.99, 0.0, 100, at::kDouble)});
  const at::Tensor expected = x.log1p();
  support::for_each_cpu_level([&](const std::string& level) {
    INFO(level);
    REQUIRE_CLOSE(log1p_counts(x.to(at::kFloat)), expected, 2e-6);
  });
  REQUIRE_CLOSE(log1p_counts(x), expected, 1e-15);
}

TEST_CASE("log1p_counts of what is no number is no number") {
  const at::Tensor x =
      at::tensor({-2.0F, std::numeric_limits<float>::quiet_NaN(), 1.0F});
  const at::Tensor y = log1p_counts(x);
  CHECK(y[0].isnan().item<bool>());
  CHECK(y[1].isnan().item<bool>());
  CHECK(y[2].isfinite().item<bool>());
}
