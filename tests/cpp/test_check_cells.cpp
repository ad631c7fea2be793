// Cells that do not fit the model are refused, by the name of the argument.

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <limits>

#include "catch.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/train.hpp"
#include "simulated.hpp"

using namespace scvigor;

namespace {

// A model with every kind of covariate, and cells that fit it.
ModelOptions full_options() {
  ModelOptions o;
  o.n_genes = 20;
  o.n_batch = 2;
  o.n_labels = 3;
  o.n_cats_per_cov = {2, 4};
  o.n_continuous_cov = 2;
  o.use_size_factor = true;
  o.dispersion = Dispersion::kGeneLabel;
  o.n_hidden = 8;
  o.n_latent = 2;
  return o;
}

Cells full_cells() {
  Cells cells = support::cells_of(support::simulate_counts(12, 20, 1));
  for (std::int64_t i = 0; i < 12; ++i) {
    cells.labels.push_back(i % 3);
    cells.categorical.push_back(i % 2);
    cells.categorical.push_back(i % 4);
    cells.continuous.push_back(0.1 * static_cast<double>(i));
    cells.continuous.push_back(1.0);
    cells.size_factor.push_back(1.0 + static_cast<double>(i));
  }
  return cells;
}

// The argument that `ask` is refused for; "" where it is not.
std::string refused(const ModelOptions& options,
                    const std::function<void(const Model&)>& ask) {
  const Model model(options, 1);
  try {
    ask(model);
  } catch (const ArgumentError& error) {
    CHECK_THAT(error.what(), contains("`" + error.argument() + "`"));
    return error.argument();
  }
  return "";
}

std::string refused_cells(const std::function<void(Cells&)>& change,
                          const ModelOptions& options = full_options()) {
  Cells cells = full_cells();
  change(cells);
  return refused(options,
                 [&](const Model& model) { latent_posterior(model, cells); });
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("cells that fit the model are accepted") {
  CHECK(refused_cells([](Cells&) {}) == "");
}

TEST_CASE("codes out of range are refused") {
  CHECK(refused_cells([](auto& c) { c.batch[3] = 2; }) == "batch");
  CHECK(refused_cells([](auto& c) { c.batch[3] = -1; }) == "batch");
  CHECK(refused_cells([](auto& c) { c.labels[3] = 3; }) == "labels");
  CHECK(refused_cells([](auto& c) { c.labels[3] = -1; }) == "labels");
  CHECK(refused_cells([](auto& c) { c.categorical[6] = 2; }) ==
        "categorical_covariates");
  CHECK(refused_cells([](auto& c) { c.categorical[7] = 3; }) == "");
  CHECK(refused_cells([](auto& c) { c.categorical[7] = 4; }) ==
        "categorical_covariates");
}

TEST_CASE("missing and incomplete covariates are refused") {
  CHECK(refused_cells([](auto& c) { c.batch.clear(); }) == "batch");
  CHECK(refused_cells([](auto& c) { c.batch.pop_back(); }) == "batch");
  CHECK(refused_cells([](auto& c) { c.labels.clear(); }) == "labels");
  CHECK(refused_cells([](auto& c) { c.categorical.clear(); }) ==
        "categorical_covariates");
  CHECK(refused_cells([](auto& c) { c.categorical.pop_back(); }) ==
        "categorical_covariates");
  CHECK(refused_cells([](auto& c) { c.continuous.clear(); }) ==
        "continuous_covariates");
  CHECK(refused_cells([](auto& c) { c.continuous.push_back(1.0); }) ==
        "continuous_covariates");
  CHECK(refused_cells([](auto& c) { c.size_factor.clear(); }) == "size_factor");
}

TEST_CASE("covariates that the model does not have are refused") {
  ModelOptions plain;
  plain.n_genes = 20;
  plain.n_batch = 2;
  const auto only = [](const std::function<void(Cells&)>& keep) {
    return [keep](Cells& c) {
      const Cells all = c;
      c = Cells{};
      c.counts = all.counts;
      c.batch = all.batch;
      keep(c);
    };
  };
  CHECK(refused_cells(only([](Cells&) {}), plain) == "");
  CHECK(refused_cells(only([](Cells& c) { c.categorical.assign(12, 0); }),
                      plain) == "categorical_covariates");
  CHECK(refused_cells(only([](Cells& c) { c.continuous.assign(12, 0.0); }),
                      plain) == "continuous_covariates");
}

TEST_CASE("NaN and infinite values are refused") {
  for (const double bad : {kNan, std::numeric_limits<double>::infinity()}) {
    CHECK(refused_cells([&](auto& c) { c.continuous[5] = bad; }) ==
          "continuous_covariates");
    CHECK(refused_cells([&](auto& c) { c.size_factor[5] = bad; }) ==
          "size_factor");
  }
  for (const double bad : {0.0, -1.0})
    CHECK(refused_cells([&](auto& c) { c.size_factor[5] = bad; }) ==
          "size_factor");
}

TEST_CASE("another number of genes is refused with both numbers") {
  const Cells other = support::cells_of(support::simulate_counts(12, 19, 1));
  const Model model(full_options(), 1);
  try {
    latent_posterior(model, other);
    FAIL_CHECK("accepted");
  } catch (const ArgumentError& error) {
    CHECK(error.argument() == "x");
    CHECK_THAT(error.what(), contains("19") && contains("20"));
  }
}

TEST_CASE("minified cells need the mean and the variance of their posterior") {
  const auto minified = [](Cells& c) {
    c.counts.reset();
    c.latent_mean.assign(12 * 2, 0.0);
    c.latent_var.assign(12 * 2, 1.0);
    c.log_library.assign(12, 3.0);
  };
  CHECK(refused_cells(minified) == "");
  CHECK(refused_cells([&](auto& c) {
          minified(c);
          c.latent_mean.pop_back();
        }) == "latent_mean");
  CHECK(refused_cells([&](auto& c) {
          minified(c);
          c.latent_var.clear();
        }) == "latent_var");
}

TEST_CASE("verbs that need counts refuse minified cells") {
  Cells cells = full_cells();
  cells.counts.reset();
  cells.latent_mean.assign(12 * 2, 0.0);
  cells.latent_var.assign(12 * 2, 1.0);
  cells.log_library.assign(12, 3.0);
  const auto r = [&](const std::function<void(const Model&)>& ask) {
    return refused(full_options(), ask);
  };
  CHECK(r([&](const Model& m) { cell_losses(m, cells); }) == "x");
  CHECK(r([&](const Model& m) { marginal_log_likelihood(m, cells); }) == "x");
  Model model(full_options(), 1);
  TrainOptions options;
  options.max_epochs = 1;
  try {
    train(model, cells, split_cells(12, options, 1), options, 1);
    FAIL_CHECK("accepted");
  } catch (const ArgumentError& error) {
    CHECK(error.argument() == "x");
  }
}

TEST_CASE("weights of cells that nothing can be drawn by are refused") {
  const auto refused_weights = [](const std::vector<double>& weights) {
    Cells cells = full_cells();
    cells.cell_weights = weights;
    TrainOptions options;
    options.max_epochs = 1;
    Split split;
    split.train = {0, 1, 2, 3, 4, 5, 6, 7};
    split.validation = {8, 9, 10, 11};
    Model model(full_options(), 1);
    try {
      train(model, cells, split, options, 1);
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string();
  };
  const auto with = [](std::size_t cell, double weight) {
    std::vector<double> weights(12, 1.0);
    weights[cell] = weight;
    return weights;
  };
  CHECK(refused_weights(with(3, 0.0)) == "");
  CHECK(refused_weights({0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}) == "");
  for (const double bad : {-1e-9, kNan, HUGE_VAL, -HUGE_VAL}) {
    CHECK(refused_weights(with(3, bad)) == "cell_weights");
    CHECK(refused_weights(with(9, bad)) == "cell_weights");
  }
  CHECK(refused_weights(std::vector<double>(11, 1.0)) == "cell_weights");
  CHECK(refused_weights({0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}) ==
        "cell_weights");
  CHECK(refused_weights(std::vector<double>(12, 1e308)) == "cell_weights");
}

TEST_CASE("options of the verbs out of range are refused") {
  const Cells cells = full_cells();
  const auto r = [&](const std::function<void(const Model&)>& ask) {
    return refused(full_options(), ask);
  };
  const auto expression =
      [&](const std::function<void(ExpressionOptions&)>& change) {
        return r([&](const Model& m) {
          ExpressionOptions options;
          change(options);
          normalized_expression(m, cells, options, [](const RowBlock&) {});
        });
      };
  CHECK(expression([](auto&) {}) == "");
  CHECK(expression([](auto& o) { o.batch_size = 0; }) == "batch_size");
  CHECK(expression([](auto& o) { o.n_samples = 0; }) == "n_samples");
  CHECK(expression([](auto& o) { o.transform_batch = {2}; }) ==
        "transform_batch");
  CHECK(expression([](auto& o) { o.transform_batch = {-1}; }) ==
        "transform_batch");
  CHECK(expression([](auto& o) { o.genes = {20}; }) == "subset.row");
  CHECK(expression([](auto& o) { o.genes = {-1}; }) == "subset.row");
  CHECK(r([&](const Model& m) { latent_posterior(m, cells, 0); }) ==
        "batch_size");
  CHECK(r([&](const Model& m) {
          LatentOptions options;
          options.mc_samples = 0;
          latent_representation(m, cells, options);
        }) == "mc_samples");
  CHECK(r([&](const Model& m) {
          MarginalOptions options;
          options.n_mc_samples = 0;
          marginal_log_likelihood(m, cells, options);
        }) == "n_mc_samples");
}
