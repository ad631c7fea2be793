// What stops training, and what it writes down.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "simulated.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::column;
using support::numeric_error;
using support::Training;

namespace {

std::size_t n_rows(const History& history) {
  return history.columns.empty() ? 0 : history.columns.front().second.size();
}

std::size_t n_numbers(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::count_if(
      values.begin(), values.end(), [](double v) { return !std::isnan(v); }));
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return std::isfinite(v); });
}

}  // namespace

TEST_CASE("a history has one row per epoch and consistent columns") {
  Training t;
  t.options.check_val_every_n_epoch = 1;
  const auto result = support::run(t).result;
  CHECK(result.stop_reason == StopReason::kMaxEpochs);
  CHECK(result.epochs == 6);
  // ceil(0.9 * 230) = 207 cells in minibatches of 32.
  CHECK(result.steps == 6 * 7);
  const auto& history = result.history;
  for (const auto& [name, values] : history.columns) {
    INFO(name);
    CHECK(values.size() == 6);
    CHECK(all_finite(values));
  }
  const auto of = [&](const std::string& name) {
    return column(history, name);
  };
  CHECK(of("kl_weight") == std::vector<double>{0.0, 0.25, 0.5, 0.75, 1.0, 1.0});
  CHECK(of("lr") == std::vector<double>(6, 1e-3));
  for (const std::string part : {"train", "validation"})
    for (std::size_t i = 0; i < 6; ++i) {
      const double reconstruction = of("reconstruction_loss_" + part)[i];
      const double kl = of("kl_local_" + part)[i];
      CHECK(of("elbo_" + part)[i] == Approx(reconstruction + kl));
      const double loss =
          of(part == "train" ? "train_loss" : "validation_loss")[i];
      CHECK(loss == Approx(reconstruction + of("kl_weight")[i] * kl));
    }
}

TEST_CASE("an interrupt ends training at the next minibatch") {
  Training t;
  int asked = 0;
  // In the middle of the third epoch.
  t.hooks.interrupted = [&] { return ++asked > 2 * 7 + 3; };
  const auto trained = support::run(t);
  CHECK(trained.result.stop_reason == StopReason::kInterrupted);
  CHECK(trained.result.epochs == 2);
  CHECK(n_rows(trained.result.history) == 2);
  CHECK(trained.result.steps == 2 * 7 + 3);
  CHECK(all_finite(all_values(trained.model.state())));

  Training at_once;
  at_once.hooks.interrupted = [] { return true; };
  const auto none = support::run(at_once);
  CHECK(none.result.epochs == 0);
  CHECK(none.result.steps == 0);
  CHECK(n_rows(none.result.history) == 0);
  CHECK(all_values(none.model.state()) ==
        all_values(Model(at_once.model, 5).state()));
}

TEST_CASE("each epoch is reported as in the history") {
  Training t;
  t.options.check_val_every_n_epoch = 2;
  std::vector<EpochReport> reports;
  t.hooks.on_epoch = [&](const EpochReport& r) { reports.push_back(r); };
  const auto history = support::run(t).result.history;
  REQUIRE(reports.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(reports[i].epoch == static_cast<std::int64_t>(i) + 1);
    CHECK(reports[i].max_epochs == 6);
    CHECK(reports[i].train_loss == column(history, "train_loss")[i]);
    CHECK(reports[i].elbo_train == column(history, "elbo_train")[i]);
    const bool validated = i % 2 == 1;
    CHECK(std::isnan(reports[i].elbo_validation) != validated);
  }
}

TEST_CASE("the interval of validation does not change the training") {
  Training t;
  const auto never = support::run(t);
  CHECK(n_numbers(column(never.result.history, "elbo_validation")) == 0);
  for (const std::int64_t every : {1, 4}) {
    t.options.check_val_every_n_epoch = every;
    const auto trained = support::run(t);
    CHECK(all_values(trained.model.state()) == all_values(never.model.state()));
    CHECK(n_numbers(column(trained.result.history, "elbo_validation")) ==
          static_cast<std::size_t>(6 / every));
  }
}

TEST_CASE("early stopping ends training `patience` epochs after its best") {
  Training t;
  t.options.max_epochs = 60;
  t.options.early_stopping = true;
  t.options.early_stopping_patience = 3;
  // Steps too large to settle.
  t.options.lr = 0.3;
  const auto result = support::run(t).result;
  REQUIRE(result.stop_reason == StopReason::kEarlyStopping);
  CHECK(result.epochs < 60);
  const auto elbo = column(result.history, "elbo_validation");
  CHECK(elbo.size() == static_cast<std::size_t>(result.epochs));
  const auto best = std::min_element(elbo.begin(), elbo.end());
  CHECK(std::distance(best, elbo.end()) == 4);
}

TEST_CASE("a plateau reduces the learning rate of the following epochs") {
  Training t;
  t.options.max_epochs = 8;
  t.options.reduce_lr_on_plateau = true;
  t.options.lr_patience = 1;
  t.options.lr_factor = 0.5;
  // No improvement is ever enough.
  t.options.lr_threshold = 1e9;
  const auto lr = column(support::run(t).result.history, "lr");
  CHECK(lr == std::vector<double>{1e-3, 1e-3, 1e-3, 5e-4, 5e-4, 2.5e-4, 2.5e-4,
                                  1.25e-4});
}

TEST_CASE("a split of other cells, or of too few, is refused") {
  const auto refused = [](Split split) {
    Training t;
    t.split = std::move(split);
    try {
      support::run(t);
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string("accepted");
  };
  CHECK(refused({{0, 1, 2}, {3}, {4}, 0}) == "accepted");
  CHECK(refused({{0, 1, 230}, {}, {}, 0}) == "external_indexing");
  CHECK(refused({{0, 1, 2}, {-1}, {}, 0}) == "external_indexing");
  CHECK(refused({{0, 1}, {2, 3, 4}, {}, 0}) == "external_indexing");
  CHECK(refused({}) == "external_indexing");
}

TEST_CASE("early stopping needs a validation set") {
  Training t;
  t.split.validation.clear();
  const auto refused = [&] {
    try {
      support::run(t);
    } catch (const ArgumentError& error) {
      return error.argument();
    }
    return std::string("accepted");
  };
  CHECK(refused() == "accepted");
  t.options.reduce_lr_on_plateau = true;
  CHECK(refused() == "reduce_lr_on_plateau");
  t.options.early_stopping = true;
  CHECK(refused() == "early_stopping");
}

TEST_CASE("a NaN loss stops training with the number of the epoch") {
  Training t;
  t.options.lr = 1e10;
  Model model(t.model, 5);
  CHECK_THAT(numeric_error(model, t), contains("epoch 1") && contains("lr"));
}

TEST_CASE("the model keeps finite weights after a NaN loss") {
  Training t;
  at::Tensor counts = support::simulate_counts(230, 40, 11);
  // One cell with an infinite count, in the training part.
  counts[t.split.train.front()][0] = std::numeric_limits<double>::infinity();
  t.cells.counts = support::dense_source(counts);
  Model model(t.model, 5);
  try {
    train(model, t.cells, t.split, t.options, 1);
    FAIL("no error");
  } catch (const NumericError& error) {
    CHECK(error.epoch() == 1);
  }
  for (const auto& tensor : model.state()) {
    INFO(tensor.name);
    CHECK(all_finite(tensor.values));
  }
}
