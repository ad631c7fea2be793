// Training whose products have less precision: as good, repeatable, and a
// matter of its own run.

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "kernels/cpu/bfloat16_gemm.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::column;
using support::Training;

namespace {

// Wide enough for instructions of bfloat16.
Training wide_training(MatmulPrecision precision) {
  Training t;
  const at::Tensor counts = support::simulate_counts(230, 320, 11);
  t.cells = support::cells_of(counts);
  t.model = support::small_model(counts);
  t.model.n_hidden = 128;
  t.options.max_epochs = 4;
  t.options.check_val_every_n_epoch = 1;
  t.options.matmul_precision = precision;
  return t;
}

struct Result {
  std::vector<double> weights;
  double elbo_train, elbo_validation;
};

Result train_with(MatmulPrecision precision) {
  const auto trained = run(wide_training(precision));
  const History& history = trained.result.history;
  return {all_values(trained.model.state()),
          column(history, "elbo_train").back(),
          column(history, "elbo_validation").back()};
}

constexpr MatmulPrecision kLess[] = {MatmulPrecision::kHigh,
                                     MatmulPrecision::kMedium};

}  // namespace

TEST_CASE("less precise products train as well, with every CPU level") {
  support::for_each_cpu_level([&](const std::string& level) {
    const Result exact = train_with(MatmulPrecision::kHighest);
    for (const auto precision : kLess) {
      INFO(level << ", " << to_string(precision));
      const Result found = train_with(precision);
      CHECK((found.weights == exact.weights) != has_bfloat16_gemm(precision));
      CHECK(std::all_of(found.weights.begin(), found.weights.end(),
                        [](double weight) { return std::isfinite(weight); }));
      CHECK(std::abs(found.elbo_train / exact.elbo_train - 1.0) < 2e-3);
      CHECK(std::abs(found.elbo_validation / exact.elbo_validation - 1.0) <
            2e-3);
    }
    // The precision of one run is not that of the next.
    CHECK(train_with(MatmulPrecision::kHighest).weights == exact.weights);
  });
}

TEST_CASE("less precise products: the same bits with any number of threads") {
  for (const auto precision : kLess) {
    INFO(to_string(precision));
    const auto weights_of = [&](int threads) {
      const ThreadScope scope(threads);
      return train_with(precision).weights;
    };
    const auto one = weights_of(1);
    CHECK(weights_of(2) == one);
    CHECK(weights_of(4) == one);
  }
}

TEST_CASE("float64 is exact whatever the precision of products") {
  Training t = wide_training(MatmulPrecision::kHighest);
  t.model.precision = Precision::kFloat64;
  t.options.max_epochs = 1;
  const auto exact = all_values(run(t).model.state());
  t.options.matmul_precision = MatmulPrecision::kMedium;
  CHECK(all_values(run(t).model.state()) == exact);
}
