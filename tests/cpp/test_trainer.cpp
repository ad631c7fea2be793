// Training: what it achieves, that it can be repeated and resumed, and the
// sizes of minibatches.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "catch.hpp"
#include "scvigor/inference.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "train/trainer.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::column;
using support::Trained;
using support::Training;

namespace {

std::vector<double> weights(const Training& training) {
  return all_values(run(training).model.state());
}

// Trains a few epochs at a time, as a caller does that looks in between.
std::vector<double> weights_in_legs(const Training& t,
                                    const std::vector<std::int64_t>& legs,
                                    History& history) {
  Model model(t.model, 5,
              library_prior(*t.cells.counts, t.cells.batch, t.model.n_batch));
  LocalCommunicator local;
  Trainer trainer(model.vae(), t.cells, t.split, t.options, t.seed, t.hooks,
                  local);
  for (const auto until : legs) trainer.run(until);
  history = trainer.history();
  return all_values(model.state());
}

// Cells 0 .. n - 1, trained on in one part.
Training with_cells(std::int64_t n, std::int64_t batch_size) {
  Training t;
  t.options.batch_size = batch_size;
  t.options.max_epochs = 2;
  t.split = Split{};
  t.split.train.resize(static_cast<std::size_t>(n));
  std::iota(t.split.train.begin(), t.split.train.end(), 0);
  return t;
}

}  // namespace

TEST_CASE("training reduces the loss") {
  Training t;
  t.options.max_epochs = 30;
  t.options.check_val_every_n_epoch = 1;
  for (const auto precision : {Precision::kFloat32, Precision::kFloat64}) {
    INFO(to_string(precision));
    t.model.precision = precision;
    const auto history = run(t).result.history;
    for (const char* name : {"reconstruction_loss_train", "elbo_train",
                             "reconstruction_loss_validation"}) {
      INFO(name);
      const auto values = column(history, name);
      CHECK(values.back() < 0.9 * values.front());
    }
  }
}

TEST_CASE("every kind of model can be trained") {
  for (const auto likelihood :
       {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson,
        GeneLikelihood::kNormal})
    for (const auto dispersion :
         {Dispersion::kGene, Dispersion::kGeneBatch, Dispersion::kGeneCell}) {
      INFO(to_string(likelihood) << ", " << to_string(dispersion));
      Training t;
      t.model.gene_likelihood = likelihood;
      t.model.dispersion = dispersion;
      const auto loss = column(run(t).result.history, "elbo_train");
      CHECK(std::isfinite(loss.back()));
      CHECK(loss.back() < loss.front());
    }
}

TEST_CASE("the same seed gives the same weights, bit for bit") {
  Training t;
  t.options.max_epochs = 2;
  const ThreadScope threads(2);
  const auto first = weights(t);
  CHECK(weights(t) == first);
  t.seed = 2;
  CHECK(weights(t) != first);
}

TEST_CASE("torch's global generator is not used") {
  at::manual_seed(1);
  const at::Tensor expected = at::rand({5});
  at::manual_seed(1);
  run(Training());
  CHECK(at::rand({5}).equal(expected));
}

TEST_CASE("training in several runs equals one run") {
  Training t;
  t.options.max_epochs = 10;
  t.options.reduce_lr_on_plateau = true;
  t.options.lr_patience = 1;
  const Trained whole = run(t);
  History history;
  CHECK(weights_in_legs(t, {5, 10}, history) ==
        all_values(whole.model.state()));
  for (const auto& [name, values] : whole.result.history.columns) {
    INFO(name);
    const auto found = column(history, name);
    REQUIRE(found.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK((found[i] == values[i] ||
             (std::isnan(found[i]) && std::isnan(values[i]))));
  }
  // A leg that is already done does nothing.
  CHECK(weights_in_legs(t, {10, 10, 3}, history) ==
        all_values(whole.model.state()));
}

TEST_CASE("compressed and dense counts give the same weights") {
  Training t;
  const at::Tensor counts = support::simulate_counts(230, 40, 11);
  const auto compressed = weights(t);
  t.cells.counts = support::dense_source(counts);
  CHECK(weights(t) == compressed);
}

TEST_CASE("only the cells of the training part are trained on") {
  Training t;
  t.split = Split{};
  for (std::int64_t i = 0; i < 100; ++i) t.split.train.push_back(2 * i);
  const auto expected = weights(t);
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  // Other counts in the odd cells are never read.
  for (std::int64_t i = 1; i < 230; i += 2) counts.select(0, i).fill_(99.0);
  t.cells.counts = support::dense_source(counts);
  CHECK(weights(t) == expected);
}

TEST_CASE("training works with a last minibatch of one or two cells") {
  for (const std::int64_t extra : {1, 2, 3}) {
    INFO(extra << " cells more than whole minibatches");
    const Training t = with_cells(64 + extra, 32);
    const auto result = run(t).result;
    CHECK(std::isfinite(column(result.history, "train_loss").back()));
    // One or two cells join the minibatch before them.
    CHECK(result.steps == 2 * (extra < 3 ? 2 : 3));
  }
  // Fewer cells than a minibatch, down to the smallest training part.
  for (const std::int64_t n : {3, 10}) {
    const auto result = run(with_cells(n, 32)).result;
    CHECK(result.steps == 2);
    CHECK(std::isfinite(column(result.history, "train_loss").back()));
  }
}

TEST_CASE("minibatches of two cells train a model") {
  const auto trained = run(with_cells(9, 2));
  CHECK(trained.result.steps == 2 * 4);
  for (const double value : all_values(trained.model.state()))
    REQUIRE(std::isfinite(value));
}

TEST_CASE("minibatches of one cell need a model without BatchNorm") {
  Training t = with_cells(9, 1);
  try {
    run(t);
    FAIL_CHECK("accepted");
  } catch (const ArgumentError& error) {
    CHECK(error.argument() == "batch_size");
  }
  t.model.use_batch_norm = NormPlacement::kNone;
  const auto trained = run(t);
  for (const double value : all_values(trained.model.state()))
    REQUIRE(std::isfinite(value));
}

TEST_CASE("drop_last skips an incomplete minibatch") {
  Training t = with_cells(80, 32);
  CHECK(run(t).result.steps == 2 * 3);
  t.options.drop_last = true;
  CHECK(run(t).result.steps == 2 * 2);
  // There is always one minibatch.
  t = with_cells(20, 32);
  t.options.drop_last = true;
  CHECK(run(t).result.steps == 2);
}

TEST_CASE("weight decay acts only on parameters with a gradient") {
  Training t;
  t.options.max_epochs = 1;
  t.options.weight_decay = 0.1;
  const State before = Model(t.model, 5).state();
  const State after = run(t).model.state();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string& name = before[i].name;
    INFO(name);
    // With an observed library size nothing reaches the library encoder; no
    // gene-cell dispersion, so no head for it.
    const bool unused = name.rfind("l_encoder", 0) == 0 ||
                        name.rfind("decoder.px_r_decoder", 0) == 0;
    CHECK((before[i].values == after[i].values) == unused);
  }
}

TEST_CASE("clipping the gradient shortens a step") {
  Training t;
  t.options.max_epochs = 1;
  const auto before = all_values(Model(t.model, 5).state());
  const auto distance = [&] {
    const auto after = weights(t);
    double sum = 0.0;
    for (std::size_t i = 0; i < after.size(); ++i)
      sum += std::abs(after[i] - before[i]);
    return sum;
  };
  // Without num_batches_tracked and statistics the two would still differ.
  const double free = distance();
  t.options.gradient_clip_val = 1e-6;
  CHECK(distance() < free);
}
