// The latent representation: one answer, however the cells are passed.

#include <ATen/ATen.h>

#include <numeric>

#include "catch.hpp"
#include "collect.hpp"
#include "data/take_cells.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "support.hpp"
#include "training.hpp"

using namespace scvigor;
using support::tensor_of;
using support::Training;

namespace {

at::Tensor latent(const Model& model, const Cells& cells,
                  const LatentOptions& options = {}) {
  return tensor_of(latent_representation(model, cells, options));
}

}  // namespace

TEST_CASE("the latent does not depend on storage or batch size") {
  for (const auto precision : {Precision::kFloat64, Precision::kFloat32}) {
    INFO(to_string(precision));
    Training t;
    t.model.precision = precision;
    t.model.encode_covariates = true;
    const Model model = std::move(support::run(t).model);
    const at::Tensor expected = latent(model, t.cells);
    CHECK(expected.sizes() == at::IntArrayRef({230, 3}));
    CHECK(expected.isfinite().all().item<bool>());

    const double tolerance = precision == Precision::kFloat64 ? 1e-12 : 1e-5;
    LatentOptions options;
    for (const std::int64_t batch_size : {1, 7, 128, 230, 1000}) {
      INFO("batch_size " << batch_size);
      options.batch_size = batch_size;
      REQUIRE_CLOSE(latent(model, t.cells, options), expected, tolerance);
    }
    t.cells.counts =
        support::dense_source(support::simulate_counts(230, 40, 11));
    REQUIRE_CLOSE(latent(model, t.cells), expected, tolerance);
  }
}

TEST_CASE("a cell's latent does not depend on the other cells") {
  Training t;
  t.model.precision = Precision::kFloat64;
  const Model model = std::move(support::run(t).model);
  const at::Tensor all = latent(model, t.cells);
  const std::vector<std::int64_t> some{200, 3, 3, 77};
  REQUIRE_CLOSE(latent(model, take_cells(t.cells, some)),
                all.index_select(0, at::tensor(some, at::kLong)), 1e-12);
}

TEST_CASE("evaluation does not change a model") {
  Training t;
  const Model model = std::move(support::run(t).model);
  const auto before = support::all_values(model.state());
  latent(model, t.cells);
  cell_losses(model, t.cells);
  support::expression(model, t.cells);
  CHECK(support::all_values(model.state()) == before);
}

TEST_CASE("draws of z have the mean and variance of q(z | x)") {
  Training t;
  const Model model = std::move(support::run(t).model);
  const Posterior q = latent_posterior(model, t.cells);
  LatentOptions options;
  options.give_mean = false;
  const at::Tensor eps = (latent(model, t.cells, options) - tensor_of(q.mean)) /
                         tensor_of(q.var).sqrt();
  // 690 standard normal numbers.
  CHECK(eps.mean().item<double>() == Approx(0.0).margin(0.15));
  CHECK(eps.std().item<double>() == Approx(1.0).margin(0.12));

  const at::Tensor first = latent(model, t.cells, options);
  CHECK(latent(model, t.cells, options).equal(first));
  options.seed = 1;
  CHECK_FALSE(latent(model, t.cells, options).equal(first));
}

TEST_CASE("a logistic normal's mean lies on the simplex") {
  Training t;
  t.model.latent_distribution = LatentDistribution::kLogisticNormal;
  const Model model = std::move(support::run(t).model);
  LatentOptions options;
  options.mc_samples = 2000;
  const at::Tensor z = latent(model, t.cells, options);
  CHECK(z.min().item<double>() >= 0.0);
  REQUIRE_CLOSE(z.sum(1), at::ones({230}, at::kDouble), 1e-5);
  // Another seed moves a mean of many draws but little.
  options.seed = 9;
  REQUIRE_CLOSE(latent(model, t.cells, options), z, 0.05);
}

TEST_CASE("cells without counts have a finite latent") {
  Training t;
  const Model model = std::move(support::run(t).model);
  t.cells = support::cells_of(at::zeros({4, 40}, at::kDouble));
  CHECK(latent(model, t.cells).isfinite().all().item<bool>());
}

TEST_CASE("the latent representation can be interrupted") {
  Training t;
  const Model model = std::move(support::run(t).model);
  int asked = 0;
  Hooks hooks;
  hooks.interrupted = [&] { return ++asked > 3; };
  {
    // Several threads would take several blocks before they ask again.
    const ThreadScope threads(1);
    const auto found = latent_posterior(model, t.cells, 10, hooks);
    CHECK(found.mean.n_rows == 30);
    CHECK(found.var.n_rows == 30);
  }
  const ThreadScope threads(2);
  CHECK(latent_posterior(model, t.cells, 10, hooks).mean.n_rows == 0);
}
