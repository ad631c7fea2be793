// The terms of the objective per cell, as inference reports them.

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "collect.hpp"
#include "data/take_cells.hpp"
#include "distributions/distributions.hpp"
#include "scvigor/inference.hpp"
#include "simulated.hpp"
#include "support.hpp"
#include "training.hpp"

using namespace scvigor;
using support::Training;

namespace {

at::Tensor vector_of(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

LossOptions at_mean() {
  LossOptions options;
  options.posterior_mean = true;
  return options;
}

}  // namespace

TEST_CASE("kl_z is the divergence of the latent posterior") {
  Training t;
  t.model.precision = Precision::kFloat64;
  const Model model = std::move(support::run(t).model);
  const auto found = cell_losses(model, t.cells);
  const Posterior q = latent_posterior(model, t.cells);
  REQUIRE_CLOSE(
      vector_of(found.kl_z),
      kl_standard_normal(support::tensor_of(q.mean), support::tensor_of(q.var))
          .sum(-1),
      1e-10);
  CHECK(found.kl_l == std::vector<double>(230, 0.0));
}

TEST_CASE("the reconstruction loss of a Poisson is that of its expression") {
  Training t;
  t.model.precision = Precision::kFloat64;
  t.model.gene_likelihood = GeneLikelihood::kPoisson;
  const Model model = std::move(support::run(t).model);
  ExpressionOptions options;
  options.posterior_mean = true;
  options.latent_library_size = true;
  const at::Tensor mu = support::expression(model, t.cells, options);
  const at::Tensor x = support::simulate_counts(230, 40, 11);
  REQUIRE_CLOSE(
      vector_of(cell_losses(model, t.cells, at_mean()).reconstruction_loss),
      -poisson_log_prob(x, mu).sum(-1), 1e-9);
}

TEST_CASE("a learned library size has a KL term") {
  Training t;
  t.model.precision = Precision::kFloat64;
  t.model.use_observed_lib_size = false;
  const Model model = std::move(support::run(t).model);
  const auto found = cell_losses(model, t.cells);
  CHECK(vector_of(found.kl_l).min().item<double>() > 0.0);
  CHECK(vector_of(found.kl_l).isfinite().all().item<bool>());
}

TEST_CASE("losses do not depend on the batch size or the other cells") {
  Training t;
  t.model.precision = Precision::kFloat64;
  const Model model = std::move(support::run(t).model);
  auto options = at_mean();
  const at::Tensor expected =
      vector_of(cell_losses(model, t.cells, options).reconstruction_loss);
  for (const std::int64_t batch_size : {1, 7, 128}) {
    INFO("batch_size " << batch_size);
    options.batch_size = batch_size;
    REQUIRE_CLOSE(
        vector_of(cell_losses(model, t.cells, options).reconstruction_loss),
        expected, 1e-12);
  }
  const std::vector<std::int64_t> some{8, 2, 200};
  const Cells few = take_cells(t.cells, some);
  REQUIRE_CLOSE(vector_of(cell_losses(model, few, options).reconstruction_loss),
                expected.index_select(0, at::tensor(some, at::kLong)), 1e-12);
}

TEST_CASE("losses with draws depend on the seed") {
  Training t;
  const Model model = std::move(support::run(t).model);
  LossOptions options;
  const auto first = cell_losses(model, t.cells, options);
  CHECK(cell_losses(model, t.cells, options).reconstruction_loss ==
        first.reconstruction_loss);
  options.seed = 3;
  CHECK(cell_losses(model, t.cells, options).reconstruction_loss !=
        first.reconstruction_loss);
  // The divergence needs no draw.
  CHECK(cell_losses(model, t.cells, options).kl_z == first.kl_z);
}

TEST_CASE("the losses of validation cells are those that training reports") {
  Training t;
  t.model.precision = Precision::kFloat64;
  t.options.check_val_every_n_epoch = 1;
  const auto trained = support::run(t);
  const Cells validation = take_cells(t.cells, t.split.validation);
  const auto found = cell_losses(trained.model, validation);
  const double kl = vector_of(found.kl_z).mean().item<double>();
  CHECK(support::column(trained.result.history, "kl_local_validation").back() ==
        Approx(kl).epsilon(1e-9));
  // Other draws of z: within three standard deviations of the mean over draws.
  std::vector<double> means;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    LossOptions options;
    options.seed = seed;
    const auto losses = cell_losses(trained.model, validation, options);
    means.push_back(
        vector_of(losses.reconstruction_loss).mean().item<double>());
  }
  const at::Tensor draws = at::tensor(means, at::kDouble);
  CHECK(
      support::column(trained.result.history, "reconstruction_loss_validation")
          .back() == Approx(draws.mean().item<double>())
                         .epsilon(0)
                         .margin(3 * draws.std().item<double>()));
}

TEST_CASE("cells without counts have finite losses") {
  Training t;
  for (const auto likelihood :
       {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson})
    for (const bool observed : {true, false}) {
      INFO(to_string(likelihood) << ", observed library " << observed);
      t.model.gene_likelihood = likelihood;
      t.model.use_observed_lib_size = observed;
      const Model model = std::move(support::run(t).model);
      const Cells empty = support::cells_of(at::zeros({3, 40}, at::kDouble));
      const auto found = cell_losses(model, empty);
      for (const auto* values :
           {&found.reconstruction_loss, &found.kl_z, &found.kl_l})
        CHECK(vector_of(*values).isfinite().all().item<bool>());
    }
}

TEST_CASE("training works with a cell without counts") {
  Training t;
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  counts.narrow(0, 0, 20).zero_();
  counts.select(1, 5).zero_();
  t.cells.counts = support::compressed_source(counts);
  for (const auto likelihood :
       {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson}) {
    INFO(to_string(likelihood));
    t.model.gene_likelihood = likelihood;
    const auto trained = support::run(t);
    for (const double value : support::all_values(trained.model.state()))
      REQUIRE(std::isfinite(value));
  }
}
