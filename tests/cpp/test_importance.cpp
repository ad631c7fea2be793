// Draws from all cells together and their weights, beside what the formulas
// say.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "catch.hpp"
#include "collect.hpp"
#include "data/take_cells.hpp"
#include "distributions/distributions.hpp"
#include "inference/blocks.hpp"
#include "inference/drawn_cells.hpp"
#include "inference/mixture.hpp"
#include "scvigor/inference.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr std::int64_t kCells = 7;
constexpr std::int64_t kGenes = 9;

at::Tensor counts() { return support::simulate_counts(kCells, kGenes, 5); }

struct Fixed {
  explicit Fixed(GeneLikelihood likelihood, bool embedding = false)
      : cells(support::cells_of(counts())),
        model(options(likelihood, embedding), 3) {}

  static ModelOptions options(GeneLikelihood likelihood, bool embedding) {
    ModelOptions o = support::small_model(counts());
    o.precision = Precision::kFloat64;
    o.gene_likelihood = likelihood;
    o.dispersion = Dispersion::kGeneBatch;
    if (embedding) o.batch_representation = BatchRepresentation::kEmbedding;
    return o;
  }

  Cells cells;
  Model model;
};

// log N(u; mean, var) of every row of u under every row of mean.
at::Tensor log_normal(const at::Tensor& u, const at::Tensor& mean,
                      const at::Tensor& var) {
  const at::Tensor d = u.unsqueeze(1) - mean.unsqueeze(0);
  return (-0.5 * d * d / var - 0.5 * at::log(2.0 * M_PI * var)).sum(-1);
}

// The weights, written down as the paper does: no kernel, no blocks.
at::Tensor expected_weights(Fixed& fit, const OverallOptions& o) {
  Vae& vae = fit.model.vae();
  const at::NoGradGuard no_grad;
  Rng rng(derive_seed(o.seed, SeedUse::kInference));
  const Cells pool =
      draw_cells(vae, fit.cells, o.n_samples, o.batch_size, rng, {});
  const auto n = pool.n_cells();
  const at::Tensor u = at::tensor(pool.latent_mean).reshape({n, -1});
  const Posterior q = latent_posterior(fit.model, fit.cells);
  const at::Tensor log_q =
      log_normal(u, support::tensor_of(q.mean), support::tensor_of(q.var));
  const at::Tensor log_prior =
      log_normal(u, at::zeros({1, u.size(1)}, at::kDouble),
                 at::ones({1, u.size(1)}, at::kDouble))
          .squeeze(1);
  MarginalOptions marginal;
  marginal.n_mc_samples = o.n_mc_samples;
  marginal.seed = o.seed;
  const at::Tensor log_px =
      at::tensor(marginal_log_likelihood(fit.model, fit.cells, marginal));

  std::vector<std::int64_t> positions(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < positions.size(); ++i)
    positions[i] = static_cast<std::int64_t>(i);
  const Minibatch draws =
      MinibatchReader(pool, vae.tensor_options()).load(positions.data(), n);
  const LikelihoodParameters p = parameters_of(vae.decode(
      u, draws.log_library,
      o.transform_batch.empty() ? draws : as_batch(draws, o.transform_batch[0]),
      Mode{}));
  std::vector<at::Tensor> log_px_z;
  for (std::int64_t a = 0; a < kCells; ++a) {
    const at::Tensor x = counts()[a].unsqueeze(0);
    const at::Tensor mu = p.px_scale * x.sum();
    const at::Tensor log_prob =
        vae.options().gene_likelihood == GeneLikelihood::kZinb
            ? zinb_log_prob(x, mu, p.px_r, p.px_dropout)
            : nb_log_prob(x, mu, p.px_r);
    log_px_z.push_back(log_prob.sum(-1));
  }
  return at::softmax(at::logsumexp(at::stack(log_px_z, 1) - log_px, 1) +
                         log_prior - at::logsumexp(log_q, 1),
                     0);
}

}  // namespace

TEST_CASE("importance weights equal the formula") {
  for (const auto likelihood : {GeneLikelihood::kZinb, GeneLikelihood::kNb})
    for (const bool embedding : {false, true}) {
      INFO(to_string(likelihood) << ", embedding " << embedding);
      Fixed fit(likelihood, embedding);
      OverallOptions o;
      o.n_samples = 3;
      o.n_mc_samples = 4;
      for (const auto& batches :
           {std::vector<std::int64_t>{}, std::vector<std::int64_t>{1}}) {
        o.transform_batch = batches;
        const at::Tensor found =
            at::tensor(importance_weights(fit.model, fit.cells, o));
        REQUIRE_CLOSE(found, expected_weights(fit, o), 1e-9);
        CHECK(std::fabs(found.sum().item<double>() - 1.0) < 1e-12);
        o.batch_size = 4;
        CHECK(importance_weights(fit.model, fit.cells, o).size() == 21);
        o.batch_size = 512;
      }
    }
}

TEST_CASE(
    "drawn cells have the means, library sizes and covariates of their cells") {
  Fixed fit(GeneLikelihood::kNb);
  Rng rng(1);
  const Cells draws = draw_cells(fit.model.vae(), fit.cells, 4000, 5, rng, {});
  CHECK(draws.counts == nullptr);
  const Posterior q = latent_posterior(fit.model, fit.cells);
  const at::Tensor z =
      at::tensor(draws.latent_mean).reshape({4000, kCells, -1});
  const at::Tensor mean = support::tensor_of(q.mean);
  const at::Tensor var = support::tensor_of(q.var);
  const at::Tensor u = (z - mean) / var.sqrt();
  CHECK((u.mean(0).abs().max() * std::sqrt(4000.0)).item<double>() < 4.5);
  REQUIRE_CLOSE(z.var(0, false), var, 0.12, 0.0);
  const auto totals = log_library_sizes(*fit.cells.counts);
  for (std::int64_t i = 0; i < 2 * kCells; ++i) {
    const auto k = static_cast<std::size_t>(i);
    CHECK(draws.batch[k] == fit.cells.batch[k % kCells]);
    CHECK(draws.log_library[k] == Approx(totals[k % kCells]));
  }
}

TEST_CASE("cells are chosen in proportion to the weights") {
  Rng rng(1);
  const std::vector<double> weights{0.1, 0.0, 0.6, 0.3};
  std::vector<double> share(4, 0.0);
  for (const auto i : choose(weights, 20000, rng))
    share[static_cast<std::size_t>(i)] += 1.0 / 20000;
  for (std::size_t i = 0; i < 4; ++i) {
    const double error = std::sqrt(weights[i] * (1 - weights[i]) / 20000);
    CHECK(std::fabs(share[i] - weights[i]) <= 3.0 * error);
  }
}

TEST_CASE("samples of one cell are draws from it") {
  Fixed fit(GeneLikelihood::kNb);
  OverallOptions o;
  o.n_samples_overall = 3000;
  const Cells one = take_cells(fit.cells, {2});
  at::Tensor sum = at::zeros({kGenes}, at::kDouble);
  at::Tensor squares = at::zeros({kGenes}, at::kDouble);
  std::int64_t n = 0;
  expression_samples(fit.model, one, o, [&](const RowBlock& rows) {
    const at::Tensor block =
        at::from_blob(const_cast<double*>(rows.values),
                      {rows.n_rows, rows.n_cols}, at::kDouble);
    sum += block.sum(0);
    squares += (block * block).sum(0);
    n += rows.n_rows;
  });
  REQUIRE(n == 3000);
  ExpressionOptions mean;
  mean.n_samples = 20000;
  mean.seed = 9;
  const at::Tensor expected =
      support::expression(fit.model, one, mean).squeeze(0);
  const at::Tensor error =
      (squares / 3000.0 - (sum / 3000.0).pow(2)).sqrt() / std::sqrt(3000.0);
  CHECK(((sum / 3000.0 - expected).abs() / error).max().item<double>() < 3.5);
}

TEST_CASE("importance weights need counts, one batch, and positive integers") {
  Fixed fit(GeneLikelihood::kNb);
  OverallOptions o;
  o.importance = true;
  const RowSink ignore = [](const RowBlock&) {};
  const auto fails = [&](const Cells& cells) {
    CHECK_THROWS_AS(expression_samples(fit.model, cells, o, ignore),
                    ArgumentError);
  };
  fails(support::minify(fit.model, fit.cells));
  o.transform_batch = {0, 1};
  fails(fit.cells);
  o.transform_batch = {};
  o.max_cells = 0;
  fails(fit.cells);
  o.max_cells = 3;
  o.n_mc_samples = 0;
  fails(fit.cells);
  o.n_mc_samples = 2;
  o.n_samples_overall = 0;
  fails(fit.cells);
}

TEST_CASE("the density of a mixture is the mean of its components") {
  const at::Tensor u = at::arange(6, at::kDouble).reshape({3, 2}) / 3.0;
  const at::Tensor mean =
      (at::arange(4200, at::kDouble).reshape({2100, 2}) * 0.7).sin();
  const Components c{mean, mean.cos() + 0.5, {}};
  const at::Tensor each = log_normal(u, c.mean, c.scale * c.scale);
  REQUIRE_CLOSE(log_component_densities(u, c), each, 1e-12);
  REQUIRE_CLOSE(log_mixture_density(u, c),
                at::logsumexp(each, 1) - std::log(2100.0), 1e-12);
}
