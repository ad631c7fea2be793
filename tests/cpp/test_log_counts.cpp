// What the encoder sees of the counts.

#include <ATen/ATen.h>

#include <limits>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/log_counts.hpp"
#include "support.hpp"

using namespace scvigor;

TEST_CASE("log1p_counts is log(1 + x), from tiny fractions to huge counts") {
  const at::Tensor x =
      at::cat({at::arange(0.0, 3000.0, at::kDouble),
               at::logspace(-12.0, 30.0, 5000, 10.0, at::kDouble),
               at::linspace(-0.99, 0.0, 100, at::kDouble)});
  const at::Tensor expected = x.log1p();
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    const at::Tensor wide = x.to(backend.device);
    REQUIRE_CLOSE(log1p_counts(wide.to(at::kFloat)).cpu(), expected, 2e-6);
    REQUIRE_CLOSE(log1p_counts(wide).cpu(), expected, 1e-15);
  });
}

TEST_CASE("log1p_counts is NaN below -1 and of NaN") {
  const at::Tensor x =
      at::tensor({-2.0F, std::numeric_limits<float>::quiet_NaN(), 1.0F});
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    const at::Tensor y = log1p_counts(x.to(backend.device));
    CHECK(y[0].isnan().item<bool>());
    CHECK(y[1].isnan().item<bool>());
    CHECK(y[2].isfinite().item<bool>());
  });
}
