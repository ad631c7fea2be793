// Runs that go on from plain data, their best epoch, and numbers that are not
// finite while checkpoints are kept.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "train/optimizer.hpp"
#include "training.hpp"
#include "util/rng.hpp"
#include "util/tensor_utils.hpp"

using namespace scvigor;
using support::all_values;
using support::column;
using support::numeric_error;
using support::Trained;
using support::Training;

namespace {

// A training in which all that can change along the way does.
Training eventful() {
  Training t;
  t.options.max_epochs = 9;
  t.options.reduce_lr_on_plateau = true;
  t.options.lr_patience = 1;
  t.options.lr_threshold = 1e9;
  t.options.early_stopping = true;
  t.options.early_stopping_patience = 8;
  t.options.load_best_on_end = true;
  t.options.checkpoint_every = 1;
  t.model.use_observed_lib_size = false;
  return t;
}

std::vector<TrainingState> states_of(Training t, Trained* whole = nullptr) {
  std::vector<TrainingState> states;
  t.hooks.on_checkpoint = [&](const TrainingState& state) {
    states.push_back(state);
  };
  Trained trained = support::run(t);
  if (whole) *whole = std::move(trained);
  return states;
}

Trained resumed(const Training& t, const TrainingState& from) {
  // Other weights than those of the run: all are replaced.
  Model model(t.model, 99,
              library_prior(*t.cells.counts, t.cells.batch, t.model.n_batch));
  TrainResult result = resume(model, t.cells, from, t.options, t.hooks);
  return {std::move(model), std::move(result)};
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return x == y || (std::isnan(x) && std::isnan(y));
         });
}

void check_same(const Trained& a, const Trained& b) {
  CHECK(all_values(a.model.state()) == all_values(b.model.state()));
  CHECK(a.result.stop_reason == b.result.stop_reason);
  CHECK(a.result.epochs == b.result.epochs);
  CHECK(a.result.steps == b.result.steps);
  CHECK(a.result.best_epoch == b.result.best_epoch);
  REQUIRE(a.result.history.columns.size() == b.result.history.columns.size());
  for (const auto& [name, values] : a.result.history.columns) {
    INFO(name);
    CHECK(same(values, column(b.result.history, name)));
  }
}

}  // namespace

TEST_CASE("TR20 a run resumed from plain data is the uninterrupted run") {
  for (const int n_threads : {1, 2})
    for (const auto precision : {Precision::kFloat32, Precision::kFloat64}) {
      INFO(n_threads << " threads, " << to_string(precision));
      const ThreadScope threads(n_threads);
      Training t = eventful();
      t.model.precision = precision;
      Trained whole = support::run(t);
      const auto states = states_of(t, &whole);
      REQUIRE(states.size() == static_cast<std::size_t>(whole.result.epochs));
      for (const std::size_t i : {std::size_t{0}, std::size_t{4}}) {
        INFO("resumed after epoch " << i + 1);
        check_same(resumed(t, states[i]), whole);
      }
    }
}

TEST_CASE("a run of weighted cells or of blocks is resumed bit for bit") {
  for (const bool weighted : {false, true}) {
    INFO("weighted: " << weighted);
    Training t = eventful();
    t.options.shuffle_block_size = weighted ? 1 : 8;
    if (weighted) t.cells.cell_weights.assign(230, 1.0);
    Trained whole = support::run(t);
    const auto states = states_of(t, &whole);
    CHECK(states[3].split.train == t.split.train);
    check_same(resumed(t, states[3]), whole);
  }
}

TEST_CASE("a finished run can be resumed with more epochs") {
  Training t = eventful();
  t.options.early_stopping = false;
  const Trained whole = support::run(t);
  t.options.max_epochs = 4;
  const auto states = states_of(t);
  REQUIRE(states.back().epochs == 4);
  t.options.max_epochs = 9;
  check_same(resumed(t, states.back()), whole);
}

TEST_CASE("a run that stopped early cannot be resumed") {
  Training t = eventful();
  t.options.early_stopping_patience = 2;
  t.options.early_stopping_min_delta = 1e9;
  Trained whole = support::run(t);
  REQUIRE(whole.result.stop_reason == StopReason::kEarlyStopping);
  const auto states = states_of(t);
  t.options.max_epochs = 50;
  check_same(resumed(t, states.back()), whole);
}

TEST_CASE(
    "states are captured every `checkpoint_every` epochs and at the end") {
  Training t;
  t.options.max_epochs = 7;
  t.options.checkpoint_every = 3;
  std::vector<std::int64_t> epochs;
  for (const auto& state : states_of(t)) epochs.push_back(state.epochs);
  CHECK(epochs == std::vector<std::int64_t>{3, 6, 7});
}

TEST_CASE("capturing states does not change the training") {
  Training t = eventful();
  const Trained plain = support::run(t);
  Trained watched = support::run(t);
  states_of(t, &watched);
  check_same(plain, watched);
}

TEST_CASE("a state of another model is refused") {
  Training t;
  auto states = states_of(t);
  const auto refused = [&](TrainingState state) {
    try {
      resumed(t, state);
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string("accepted");
  };
  CHECK(refused(states.front()) == "accepted");
  TrainingState wrong = states.front();
  wrong.moments.pop_back();
  CHECK(refused(wrong) == "state");
  wrong = states.front();
  wrong.moments.front().second.pop_back();
  CHECK(refused(wrong) == "state");
  wrong = states.front();
  wrong.weights.pop_back();
  CHECK(refused(wrong) == "state");
  wrong = states.front();
  wrong.split.train.push_back(230);
  CHECK(refused(wrong) == "external_indexing");
}

TEST_CASE("load_best_on_end gives the weights of the best epoch") {
  Training t;
  t.options.max_epochs = 12;
  t.options.lr = 0.5;  // too large to end with the best
  t.options.load_best_on_end = true;
  t.options.checkpointing_monitor = "reconstruction_loss_validation";
  const Trained best = support::run(t);
  const auto values =
      column(best.result.history, "reconstruction_loss_validation");
  // The first epochs may have no value at all.
  const auto best_value =
      std::min_element(values.begin(), values.end(), [](double a, double b) {
        return !std::isnan(a) && (std::isnan(b) || a < b);
      });
  const auto expected = best_value - values.begin() + 1;
  CHECK(best.result.best_epoch == expected);
  REQUIRE(expected < 12);
  CHECK(values.size() == 12);
  // The same weights as those of a run that ends there.
  t.options.max_epochs = expected;
  t.options.load_best_on_end = false;
  t.options.check_val_every_n_epoch = 1;
  CHECK(all_values(support::run(t).model.state()) ==
        all_values(best.model.state()));
}

TEST_CASE("TR20 after a NaN loss the best epoch is loaded") {
  Training t;
  t.options.max_epochs = 5;
  t.options.load_best_on_end = true;
  const Trained good = support::run(t);
  // The counts of a cell are spoiled while the third epoch runs.
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  struct Spoiled : CountSource {
    std::shared_ptr<const CountSource> before, after;
    const int* epoch;
    std::int64_t n_cells() const override { return before->n_cells(); }
    std::int64_t n_genes() const override { return before->n_genes(); }
    void read(const std::int64_t* cells, std::int64_t n,
              CsrBlock& block) const override {
      (*epoch < 2 ? before : after)->read(cells, n, block);
    }
  };
  int epoch = 0;
  auto source = std::make_shared<Spoiled>();
  source->before = support::compressed_source(counts);
  counts.fill_(std::numeric_limits<double>::infinity());
  source->after = support::dense_source(counts);
  source->epoch = &epoch;
  t.cells.counts = source;
  t.hooks.on_epoch = [&](const EpochReport& report) {
    epoch = static_cast<int>(report.epoch);
  };
  const Trained stopped = support::run(t);
  CHECK(stopped.result.stop_reason == StopReason::kNotFinite);
  CHECK(stopped.result.epochs == 2);
  CHECK_THAT(stopped.result.problem, contains("epoch 3"));
  const auto elbo = column(stopped.result.history, "elbo_validation");
  CHECK(stopped.result.best_epoch == (elbo[1] < elbo[0] ? 2 : 1));
  for (const double value : all_values(stopped.model.state()))
    REQUIRE(std::isfinite(value));
}

TEST_CASE("TR20 a gradient that is not finite stops before its step") {
  // A hidden layer that is as small as its successor's weights are large: the
  // loss is a plain number, but a gradient does not fit into float32.
  Training t;
  t.options.max_epochs = 1;
  t.model.use_batch_norm = NormPlacement::kNone;
  t.model.gene_likelihood = GeneLikelihood::kPoisson;
  t.cells.counts =
      support::dense_source(1000.0 * support::simulate_counts(230, 40, 11));
  State state = Model(t.model, 5).state();
  for (auto& tensor : state) {
    const bool hidden = tensor.name.find("px_decoder.fc_layers") < 100;
    const bool head = tensor.name == "decoder.px_scale_decoder.0.weight";
    for (double& value : tensor.values)
      value = static_cast<float>(value * (hidden ? 1e-37 : head ? 1e37 : 1.0));
  }
  Model model(t.model, state);
  CHECK_THAT(numeric_error(model, t), contains("gradient"));
  // The step was not made, and the statistics were put back.
  CHECK(all_values(model.state()) == all_values(state));
}

TEST_CASE("TR20 weights that become infinite stop training") {
  Training t;
  t.options.lr = 1e39;
  t.options.max_epochs = 1;
  t.options.batch_size = 300;  // one step: no loss is computed after it
  Model model(t.model, 5);
  CHECK_THAT(numeric_error(model, t), contains("weight"));
}

TEST_CASE("NaN and infinite values are found at any position") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const auto type : {at::kFloat, at::kDouble}) {
    at::Tensor values = at::ones({7, 13}, type);
    values[2][3] = std::numeric_limits<float>::max();
    values[2][4] = std::numeric_limits<float>::max();
    CHECK(all_finite(values));
    CHECK(all_finite(values.t()));
    for (const double bad : {inf, -inf, std::nan("")}) {
      at::Tensor spoiled = values.clone();
      spoiled[6][12] = bad;
      CHECK_FALSE(all_finite(spoiled));
      CHECK_FALSE(all_finite(spoiled.t()));
    }
  }
  CHECK(all_finite(at::zeros({0})));
  CHECK(all_finite(at::ones({3}, at::kLong)));
}
