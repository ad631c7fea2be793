// Normalized expression does not depend on how it is requested.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
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
using support::expression;
using support::Training;

namespace {

// A trained float64 model with its cells.
struct Fitted {
  explicit Fitted(const std::function<void(ModelOptions&)>& change = {}) {
    t.model.precision = Precision::kFloat64;
    if (change) change(t.model);
    t.cells.size_factor.assign(t.model.use_size_factor ? 230 : 0, 1.7);
    model = std::make_unique<Model>(std::move(support::run(t).model));
  }
  at::Tensor ask(const ExpressionOptions& options) const {
    return expression(*model, t.cells, options);
  }

  Training t;
  std::unique_ptr<Model> model;
};

// No draws: z is the mean of q(z | x).
ExpressionOptions at_mean() {
  ExpressionOptions options;
  options.posterior_mean = true;
  return options;
}

}  // namespace

TEST_CASE("px_scale is a distribution over the genes") {
  for (const auto likelihood :
       {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson}) {
    INFO(to_string(likelihood));
    const Fitted fit([&](auto& o) { o.gene_likelihood = likelihood; });
    const at::Tensor scale = fit.ask(ExpressionOptions{});
    CHECK(scale.sizes() == at::IntArrayRef({230, 40}));
    CHECK(scale.min().item<double>() > 0.0);
    REQUIRE_CLOSE(scale.sum(1), at::ones({230}, at::kDouble), 1e-12);
  }
}

TEST_CASE("expression does not depend on storage, batch size or order") {
  Fitted fit;
  auto options = at_mean();
  const at::Tensor expected = fit.ask(options);
  for (const std::int64_t batch_size : {1, 7, 128}) {
    INFO("batch_size " << batch_size);
    options.batch_size = batch_size;
    REQUIRE_CLOSE(fit.ask(options), expected, 1e-12);
  }
  const std::vector<std::int64_t> some{5, 229, 0, 5};
  REQUIRE_CLOSE(expression(*fit.model, take_cells(fit.t.cells, some), options),
                expected.index_select(0, at::tensor(some, at::kLong)), 1e-12);
  fit.t.cells.counts =
      support::dense_source(support::simulate_counts(230, 40, 11));
  REQUIRE_CLOSE(fit.ask(options), expected, 1e-12);
}

TEST_CASE("genes can be selected in any order") {
  const Fitted fit;
  auto options = at_mean();
  const at::Tensor all = fit.ask(options);
  options.genes = {39, 0, 7, 7};
  REQUIRE_CLOSE(fit.ask(options),
                all.index_select(1, at::tensor(options.genes, at::kLong)),
                1e-15);
}

TEST_CASE("library_size is a factor, the latent one the cell's own") {
  const Fitted fit;
  auto options = at_mean();
  const at::Tensor scale = fit.ask(options);
  options.library_size = 1e4;
  REQUIRE_CLOSE(fit.ask(options), 1e4 * scale, 1e-12);
  options.latent_library_size = true;
  const at::Tensor totals = support::simulate_counts(230, 40, 11).sum(1, true);
  REQUIRE_CLOSE(fit.ask(options), totals * scale, 1e-9);
}

TEST_CASE("with size factors px_rate is scaled by them") {
  const Fitted fit([](auto& o) { o.use_size_factor = true; });
  auto options = at_mean();
  const at::Tensor scale = fit.ask(options);
  options.latent_library_size = true;
  REQUIRE_CLOSE(fit.ask(options), 1.7 * scale, 1e-12);
}

TEST_CASE(
    "transform_batch changes the input of the decoder, not of the encoder") {
  Fitted fit([](auto& o) { o.encode_covariates = true; });
  auto options = at_mean();
  const at::Tensor own = fit.ask(options);
  options.transform_batch = {0};
  const at::Tensor in_first = fit.ask(options);
  options.transform_batch = {1};
  const at::Tensor in_second = fit.ask(options);
  // Even cells are of batch 0, odd ones of batch 1.
  const at::Tensor odd = (at::arange(230, at::kLong) % 2 == 1).unsqueeze(1);
  REQUIRE_CLOSE(at::where(odd, in_second, in_first), own, 1e-12);
  CHECK_FALSE(in_first.allclose(in_second, 1e-3));

  options.transform_batch = {0, 1};
  REQUIRE_CLOSE(fit.ask(options), (in_first + in_second) / 2.0, 1e-12);
  options.transform_batch = {1, 0, 1};
  REQUIRE_CLOSE(fit.ask(options), (in_first + 2.0 * in_second) / 3.0, 1e-12);
}

TEST_CASE("transform_batch works without batches too") {
  Training t;
  t.model.n_batch = 1;
  t.cells.batch.clear();
  const Model model = std::move(support::run(t).model);
  auto options = at_mean();
  const at::Tensor own = expression(model, t.cells, options);
  options.transform_batch = {0};
  CHECK(expression(model, t.cells, options).equal(own));
}

TEST_CASE("draws depend on the seed, and their mean converges") {
  const Fitted fit;
  ExpressionOptions options;
  const at::Tensor one = fit.ask(options);
  CHECK(fit.ask(options).equal(one));
  options.seed = 1;
  CHECK_FALSE(fit.ask(options).equal(one));

  const auto spread = [&](std::int64_t n_samples) {
    options.n_samples = n_samples;
    options.seed = 1;
    const at::Tensor a = fit.ask(options);
    options.seed = 2;
    return (fit.ask(options) - a).abs().mean().item<double>();
  };
  // Ten times closer with a hundred draws.
  CHECK(spread(100) < 0.2 * spread(1));
}

TEST_CASE(
    "expression written in place does not depend on the number of threads") {
  const Fitted fit;
  ExpressionOptions options;
  options.n_samples = GENERATE(1, 3, 40);
  options.transform_batch = {0, 1};
  options.seed = 5;
  options.batch_size = 16;  // more blocks than threads
  const at::Tensor expected = fit.ask(options);
  for (const int n : {1, 2, 3}) {
    INFO(options.n_samples << " samples, " << n << " threads");
    const ThreadScope threads(n);
    at::Tensor found = at::empty_like(expected);
    const auto buffer = [&](std::int64_t first, std::int64_t) {
      return found.data_ptr<double>() + first * found.size(1);
    };
    normalized_expression(
        *fit.model, fit.t.cells, options,
        [](const RowBlock&) { FAIL("there is a buffer"); }, {}, buffer);
    CHECK(at::equal(found, expected));
  }
}

TEST_CASE("expression can be interrupted") {
  const Fitted fit;
  ExpressionOptions options;
  options.batch_size = 16;
  const ThreadScope threads(2);
  std::int64_t seen = 0;
  Hooks hooks;
  hooks.interrupted = [&] { return seen >= 3 * 16; };
  normalized_expression(
      *fit.model, fit.t.cells, options,
      [&](const RowBlock& rows) { seen += rows.n_rows; }, hooks);
  CHECK(seen == 3 * 16);
}

TEST_CASE("minified cells give the expression of their counts") {
  for (const bool observed : {true, false}) {
    INFO("use_observed_lib_size " << observed);
    const Fitted fit([&](auto& o) { o.use_observed_lib_size = observed; });
    const Cells mini = support::minify(*fit.model, fit.t.cells);
    auto options = at_mean();
    REQUIRE_CLOSE(expression(*fit.model, mini, options), fit.ask(options),
                  1e-12);
    options.transform_batch = {1};
    REQUIRE_CLOSE(expression(*fit.model, mini, options), fit.ask(options),
                  1e-12);
    LatentOptions latent;
    CHECK(latent_representation(*fit.model, mini, latent).values ==
          latent_representation(*fit.model, fit.t.cells, latent).values);
    if (!observed) continue;
    options.latent_library_size = true;
    REQUIRE_CLOSE(expression(*fit.model, mini, options), fit.ask(options),
                  1e-12);
    // The same draws: z has the same mean, variance and noise.
    ExpressionOptions drawn;
    REQUIRE_CLOSE(expression(*fit.model, mini, drawn), fit.ask(drawn), 1e-12);
  }
}

TEST_CASE("a cell without counts has an expression") {
  const Fitted fit;
  const Cells empty = support::cells_of(at::zeros({3, 40}, at::kDouble));
  auto options = at_mean();
  REQUIRE_CLOSE(expression(*fit.model, empty, options).sum(1),
                at::ones({3}, at::kDouble), 1e-12);
  options.latent_library_size = true;
  for (const Cells& cells : {empty, support::minify(*fit.model, empty)}) {
    CHECK(expression(*fit.model, cells, options).abs().max().item<double>() ==
          0.0);
    CHECK(latent_library_size(*fit.model, cells) ==
          std::vector<double>(3, 0.0));
  }
}
