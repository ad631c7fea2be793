// Draws from the likelihood have its moments; what is not random is exact.

#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <string>

#include "catch.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr std::int64_t kCells = 6;
constexpr std::int64_t kGenes = 8;

at::Tensor counts() { return support::simulate_counts(kCells, kGenes, 5); }

Model model_with(GeneLikelihood likelihood) {
  ModelOptions o = support::small_model(counts());
  o.gene_likelihood = likelihood;
  return Model(o, 3);
}

// Fixed parameters, so that every draw is from the same distribution.
DecodeOptions from_the_mean(std::int64_t n_samples) {
  DecodeOptions o;
  o.posterior_mean = true;
  o.n_samples = n_samples;
  o.batch_size = 4;  // does not divide the cells
  o.seed = 11;
  return o;
}

// samples x cells x genes, gathered from a verb's blocks.
class Gathered {
 public:
  explicit Gathered(std::int64_t n_samples)
      : values_(at::zeros({n_samples, kCells, kGenes}, at::kDouble)) {}
  void operator()(std::int64_t sample, const RowBlock& rows) {
    values_[sample]
        .narrow(0, rows.first, rows.n_rows)
        .copy_(at::from_blob(const_cast<double*>(rows.values),
                             {rows.n_rows, rows.n_cols}, at::kDouble));
  }
  const at::Tensor& values() const { return values_; }

 private:
  at::Tensor values_;
};

// Means, standard deviations or theta, dropout; cells x genes.
std::map<std::string, at::Tensor> parameters(const Model& model) {
  Gathered mean(1), dispersions(1), dropout(1);
  std::map<std::string, at::Tensor> out;
  likelihood_parameters(model, support::cells_of(counts()), from_the_mean(1),
                        [&](std::int64_t, const LikelihoodBlock& block) {
                          mean(0, block.mean);
                          out["mean"] = mean.values()[0];
                          if (block.dispersions.values) {
                            dispersions(0, block.dispersions);
                            out["dispersions"] = dispersions.values()[0];
                          }
                          if (block.dropout.values) {
                            dropout(0, block.dropout);
                            out["dropout"] = dropout.values()[0];
                          }
                        });
  return out;
}

at::Tensor predictive(const Model& model, const DecodeOptions& options) {
  Gathered out(options.n_samples);
  posterior_predictive_sample(
      model, support::cells_of(counts()), options,
      [&](std::int64_t i, const RowBlock& rows) { out(i, rows); });
  return out.values();
}

// How many standard errors the mean of all values is off.
double standard_errors(const at::Tensor& values, double expected) {
  const double n = static_cast<double>(values.numel());
  const double sd = values.std().item<double>();
  return std::fabs(values.mean().item<double>() - expected) /
         (sd / std::sqrt(n));
}

void check_moments(const at::Tensor& draws, const at::Tensor& mean,
                   const at::Tensor& variance) {
  const at::Tensor u = (draws - mean) / variance.sqrt();
  CHECK(standard_errors(u, 0.0) < 3.0);
  CHECK(standard_errors(u * u, 1.0) < 3.0);
  // Every gene of every cell by itself: 48 means.
  const double n = static_cast<double>(draws.size(0));
  CHECK((u.mean(0).abs().max().item<double>() * std::sqrt(n)) < 5.0);
}

}  // namespace

TEST_CASE("predictive draws have the moments of their likelihood") {
  using Likelihood = GeneLikelihood;
  for (const auto likelihood : {Likelihood::kZinb, Likelihood::kNb,
                                Likelihood::kPoisson, Likelihood::kNormal}) {
    INFO(to_string(likelihood));
    const Model model = model_with(likelihood);
    const auto p = parameters(model);
    const at::Tensor& mu = p.at("mean");
    const at::Tensor draws = predictive(model, from_the_mean(4000));
    if (likelihood != Likelihood::kNormal) {
      CHECK((draws >= 0).all().item<bool>());
      CHECK(draws.equal(draws.floor()));
    }
    if (likelihood == Likelihood::kPoisson) {
      CHECK(p.count("dispersions") == 0);
      check_moments(draws, mu, mu);
      continue;
    }
    const at::Tensor& theta = p.at("dispersions");
    CHECK(p.count("dropout") == (likelihood == Likelihood::kZinb ? 1 : 0));
    if (likelihood == Likelihood::kNormal) {
      check_moments(draws, mu, theta * theta);
    } else if (likelihood == Likelihood::kNb) {
      check_moments(draws, mu, mu + mu * mu / theta);
    } else {
      const at::Tensor& pi = p.at("dropout");
      check_moments(draws, (1 - pi) * mu,
                    (1 - pi) * mu * (mu + theta + pi * mu * theta) / theta);
      const at::Tensor zero =
          pi + (1 - pi) * at::pow(theta / (theta + mu), theta);
      CHECK(standard_errors((draws == 0).to(at::kDouble) - zero, 0.0) < 3.0);
    }
  }
}

TEST_CASE("denoised draws are the gamma rates of the counts") {
  const Model model = model_with(GeneLikelihood::kZinb);
  const Cells cells = support::cells_of(counts());
  const at::Tensor theta = parameters(model).at("dispersions");
  Gathered scale(1), draws(4000);
  ExpressionOptions one;
  static_cast<DecodeOptions&>(one) = from_the_mean(1);
  normalized_expression(model, cells, one,
                        [&](const RowBlock& rows) { scale(0, rows); });
  denoised_sample(
      model, cells, 50.0, from_the_mean(4000),
      [&](std::int64_t i, const RowBlock& rows) { draws(i, rows); });
  const at::Tensor mean = 50.0 * scale.values()[0];
  check_moments(draws.values(), mean, mean * mean / theta);
}

TEST_CASE("several batches give the mean of their draws") {
  const Model model = model_with(GeneLikelihood::kPoisson);
  DecodeOptions both = from_the_mean(2);
  both.transform_batch = {0, 1};
  both.genes = {7, 2};
  std::int64_t n_blocks = 0;
  posterior_predictive_sample(
      model, support::cells_of(counts()), both,
      [&](std::int64_t, const RowBlock& rows) {
        ++n_blocks;
        CHECK(rows.n_cols == 2);
        for (int i = 0; i < 2 * rows.n_rows; ++i)
          CHECK(2 * rows.values[i] == std::floor(2 * rows.values[i]));
      });
  CHECK(n_blocks == 4);  // two blocks of cells, two samples
}

TEST_CASE("library sizes: observed totals, or the log-normal posterior's") {
  const Cells cells = support::cells_of(counts());
  const auto observed =
      latent_library_size(model_with(GeneLikelihood::kNb), cells);
  REQUIRE_CLOSE(support::tensor_of(observed, {kCells}, at::kDouble),
                counts().sum(1), 1e-12);

  ModelOptions o = support::small_model(counts());
  o.use_observed_lib_size = false;
  const Model learned(o, 3, library_prior(*cells.counts, cells.batch, 2));
  const auto mean = latent_library_size(learned, cells);
  LibraryOptions draw;
  draw.give_mean = false;
  at::Tensor sum = at::zeros({kCells}, at::kDouble);
  at::Tensor squares = at::zeros({kCells}, at::kDouble);
  constexpr int kDraws = 2000;
  for (int i = 0; i < kDraws; ++i) {
    draw.seed = static_cast<std::uint64_t>(i);
    const at::Tensor one = support::tensor_of(
        latent_library_size(learned, cells, draw), {kCells}, at::kDouble);
    CHECK((one > 0).all().item<bool>());
    sum += one;
    squares += one * one;
  }
  const at::Tensor average = sum / kDraws;
  const at::Tensor error =
      ((squares / kDraws - average * average) / kDraws).sqrt();
  const at::Tensor off =
      (average - support::tensor_of(mean, {kCells}, at::kDouble)).abs();
  CHECK((off < 4 * error).all().item<bool>());
}
