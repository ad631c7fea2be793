// The marginal likelihood by importance sampling.

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "catch.hpp"
#include "inference/blocks.hpp"
#include "inference/marginal.hpp"
#include "scvigor/inference.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr std::int64_t kCells = 7;

ModelOptions options_for(const at::Tensor& counts, bool learned_library) {
  ModelOptions o = support::small_model(counts);
  o.use_observed_lib_size = !learned_library;
  o.precision = Precision::kFloat64;
  return o;
}

Model model_for(const Cells& cells, const ModelOptions& o) {
  return Model(o, 4, library_prior(*cells.counts, cells.batch, o.n_batch));
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("the marginal likelihood is the log mean of the weights") {
  const at::Tensor counts = support::simulate_counts(kCells, 10, 6);
  const Cells cells = support::cells_of(counts);
  for (const bool learned : {false, true})
    for (const std::int64_t n_samples : {1, 5}) {
      INFO("learned library " << learned << ", " << n_samples << " samples");
      const Model model = model_for(cells, options_for(counts, learned));
      MarginalOptions o;
      o.n_mc_samples = n_samples;
      o.seed = 9;
      const auto found = marginal_log_likelihood(model, cells, o);

      Rng rng(derive_seed(o.seed, SeedUse::kInference));
      Vae& vae = evaluation(model);
      std::vector<at::Tensor> weights;
      for_each_block(
          vae, cells, o.batch_size, {},
          [&](std::int64_t, const Minibatch& batch, const EncoderOutput& q) {
            for (std::int64_t i = 0; i < n_samples; ++i)
              weights.push_back(log_importance_weight(
                  vae, batch, q, vae.draw_noise(kCells, rng)));
          });
      const at::Tensor expected = at::logsumexp(at::stack(weights), 0) -
                                  std::log(static_cast<double>(n_samples));
      REQUIRE_CLOSE(support::tensor_of(found, {kCells}, at::kDouble), expected,
                    1e-12);
    }
}

TEST_CASE("the marginal likelihood lies above the ELBO") {
  const at::Tensor counts = support::simulate_counts(60, 10, 6);
  const Cells cells = support::cells_of(counts);
  for (const bool learned : {false, true}) {
    INFO("learned library " << learned);
    const Model model = model_for(cells, options_for(counts, learned));
    double bound = 0.0;
    constexpr int kDraws = 20;
    for (int i = 0; i < kDraws; ++i) {
      LossOptions o;
      o.seed = static_cast<std::uint64_t>(i);
      const CellLosses losses = cell_losses(model, cells, o);
      bound -= (mean_of(losses.reconstruction_loss) + mean_of(losses.kl_z) +
                mean_of(losses.kl_l)) /
               kDraws;
    }
    const auto with_draws = [&](std::int64_t n) {
      MarginalOptions o;
      o.n_mc_samples = n;
      return mean_of(marginal_log_likelihood(model, cells, o));
    };
    const double few = with_draws(10);
    const double many = with_draws(300);
    CHECK(few > bound);
    CHECK(many > few);
  }
}

TEST_CASE("the marginal likelihood needs counts and a draw") {
  const at::Tensor counts = support::simulate_counts(kCells, 10, 6);
  Cells cells = support::cells_of(counts);
  const Model model = model_for(cells, options_for(counts, false));
  MarginalOptions o;
  o.n_mc_samples = 0;
  CHECK_THROWS_AS(marginal_log_likelihood(model, cells, o), ArgumentError);
  const Posterior posterior = latent_posterior(model, cells);
  cells.log_library = log_library_sizes(*cells.counts);
  cells.latent_mean = posterior.mean.values;
  cells.latent_var = posterior.var.values;
  cells.counts.reset();
  CHECK_THROWS_AS(marginal_log_likelihood(model, cells), ArgumentError);
}
