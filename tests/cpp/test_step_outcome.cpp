// What a step adds to the sums of its epoch, and what it leaves alone when a
// number is not finite, in every backend.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/kernels.hpp"
#include "support.hpp"
#include "train/step_sums.hpp"

using namespace scvigor;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInf = std::numeric_limits<double>::infinity();

struct Step {
  double loss = 5.0;
  std::vector<at::Tensor> gradients;

  Step(at::TensorOptions on, double gradient = 1.0)
      : gradients{at::ones({70}, on), at::full({3, 2}, gradient, on)} {}

  StepOutcome outcome(at::TensorOptions on) const {
    const auto number = [&](double value) { return at::full({}, value, on); };
    return {{{number(loss)}, {number(2.0), 0.25}},
            0.25,
            at::tensor({1.0, 2.0, 4.0}).to(on),
            at::tensor({8.0, 16.0, 32.0}).to(on),
            at::tensor({0.5, 0.25, 0.0}).to(on),
            gradients};
  }
};

void check_sums(const StepSums& sums, std::int64_t n_steps) {
  const auto n = static_cast<double>(n_steps);
  const StepSums::Values values = sums.read();
  CHECK(values.n_steps == n_steps);
  CHECK(values.sums.reconstruction_loss == n * 7.0);
  CHECK(values.sums.kl_local == n * 56.75);
  CHECK(values.sums.loss == n * (7.0 + 0.25 * 56.0 + 0.75));
}

}  // namespace

TEST_CASE("steps add up until one is not finite, in every backend") {
  support::for_each_backend([](const support::Backend& backend) {
    for (const auto type : {at::kFloat, at::kDouble}) {
      const auto on = at::TensorOptions(backend.device).dtype(type);
      INFO(backend.name << ", " << type);
      StepSums sums(backend.device);
      for (int i = 0; i < 3; ++i) sums.add(Step(on).outcome(on));
      check_sums(sums, 3);
      CHECK(sums.read().finite);
      CHECK_FALSE(sums.has_failed());
      CHECK(sums.finite().item<double>() == 1.0);

      for (const double bad : {kNan, kInf}) {
        sums.reset();
        sums.add(Step(on).outcome(on));
        Step failed(on);
        failed.loss = bad;
        sums.add(failed.outcome(on));
        sums.add(Step(on).outcome(on));
        failed.loss = -kInf;
        sums.add(failed.outcome(on));
        check_sums(sums, 1);
        CHECK_FALSE(sums.read().finite);
        CHECK(std::isnan(sums.read().failed_loss) == std::isnan(bad));
        CHECK(sums.has_failed() == backend.device.is_cpu());

        sums.reset();
        sums.add(Step(on, bad).outcome(on));
        sums.add(Step(on).outcome(on));
        check_sums(sums, 0);
        CHECK_FALSE(sums.read().finite);
        CHECK(sums.read().failed_loss == 5.5);
      }
    }
  });
}

TEST_CASE("values are put back unless a step was finite") {
  support::for_each_backend([](const support::Backend& backend) {
    INFO(backend.name);
    const auto on = at::TensorOptions(backend.device);
    const Kernels& kernels = kernels_for(backend.device);
    for (const auto type : {at::kFloat, at::kLong}) {
      const at::Tensor saved = at::arange(5, on.dtype(type));
      at::Tensor values = saved + 1;
      const auto number = [&](double value) {
        return at::full({}, value, on.dtype(at::kDouble));
      };
      kernels.restore_unless(number(1.0), saved, values);
      CHECK(at::equal(values, saved + 1));
      kernels.restore_unless(number(0.0), saved, values);
      CHECK(at::equal(values, saved));
    }
  });
}

TEST_CASE("a step of Adam that is not enabled changes nothing") {
  support::for_each_backend([](const support::Backend& backend) {
    INFO(backend.name);
    const auto on = at::TensorOptions(backend.device);
    const auto number = [&](double value) {
      return at::full({}, value, on.dtype(at::kDouble));
    };
    const auto step = [&](double gradient, double scale, double enabled) {
      AdamUpdate update{at::ones({40}, on),
                        at::full({40}, gradient, on),
                        at::ones({40}, on),
                        at::ones({40}, on),
                        {}};
      update.grad_scale = number(scale);
      update.enabled = number(enabled);
      std::vector<AdamUpdate> updates{update};
      adam_updates(updates);
      return at::cat({update.w, update.m, update.v}).cpu();
    };
    CHECK(at::equal(step(kNan, 1.0, 0.0), at::ones({120})));
    const at::Tensor scaled = step(8.0, 0.25, 1.0);
    REQUIRE_CLOSE(scaled, step(2.0, 1.0, 1.0), 1e-6);
    CHECK_FALSE(at::equal(scaled, at::ones({120})));
  });
}

TEST_CASE("the clip factor brings the norm of all gradients to its bound") {
  support::for_each_backend([](const support::Backend& backend) {
    INFO(backend.name);
    for (const auto type : {at::kFloat, at::kDouble}) {
      const auto on = at::TensorOptions(backend.device).dtype(type);
      // Norms of 3 sqrt(40000) and 800: 1000 in all.
      const std::vector<at::Tensor> gradients{at::full({40000}, 3.0, on),
                                              at::full({1}, -800.0, on)};
      at::Tensor factor = at::zeros({}, on.dtype(at::kDouble));
      const auto clipped = [&](double bound) {
        kernels_for(backend.device).clip_factor(gradients, bound, factor);
        return factor.item<double>();
      };
      CHECK(clipped(10.0) == Approx(0.01).epsilon(1e-6));
      CHECK(clipped(2000.0) == 1.0);
    }
  });
}
