// Averages of the weights, and runs that end with them or after a number of
// steps.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "train/weight_average.hpp"
#include "training.hpp"

using namespace scvigor;
using support::all_values;
using support::column;
using support::Training;

TEST_CASE("a weight average follows the weights") {
  const at::Tensor weights = at::ones({3}, at::kDouble);
  const at::Tensor statistic = at::full({2}, 5.0, at::kDouble);
  const at::Tensor count = at::full({}, 7, at::kLong);
  WeightAverage average(weights, {statistic, count}, 0.5);
  const auto averaged = [&] {
    const WeightAverage::Scope scope(average);
    return weights[0].item<double>();
  };
  CHECK(averaged() == 1.0);
  weights.fill_(2.0);
  average.update(WeightAverage::kInterval - 1);  // too soon
  CHECK(averaged() == 1.0);
  average.update(WeightAverage::kInterval);
  // (1 + 0) / (10 + 0) is below 0.5
  const double kept = std::pow(0.1, WeightAverage::kInterval);
  CHECK(averaged() == Approx(kept * 1.0 + (1.0 - kept) * 2.0).epsilon(1e-14));
  CHECK(weights[0].item<double>() == 2.0);
  CHECK(statistic[0].item<double>() == 5.0);
  CHECK(count.item<std::int64_t>() == 7);

  average.restart(1000);
  weights.fill_(4.0);
  average.update_now(1003);
  CHECK(averaged() == Approx(2.0 / 8 + 4.0 * 7 / 8));
  average.update_now(1003);  // nothing new
  CHECK(averaged() == Approx(2.0 / 8 + 4.0 * 7 / 8));
}

TEST_CASE("a run with ema_decay ends with the average") {
  Training t;
  t.options.check_val_every_n_epoch = 1;
  const auto plain = support::run(t);
  t.options.ema_decay = 0.9;
  const auto averaged = support::run(t);
  const auto& history = averaged.result.history;
  // The training itself is the same.
  CHECK(column(history, "train_loss") ==
        column(plain.result.history, "train_loss"));
  CHECK(column(history, "elbo_validation_raw") ==
        column(plain.result.history, "elbo_validation"));
  CHECK(column(history, "elbo_validation") !=
        column(plain.result.history, "elbo_validation"));
  CHECK(all_values(averaged.model.state()) != all_values(plain.model.state()));

  // With a decay of 0 the average is the weights.
  t.options.ema_decay = 0.0;
  CHECK(all_values(support::run(t).model.state()) ==
        all_values(plain.model.state()));
}

TEST_CASE("a run with ema_decay and schedules is resumed to the same end") {
  Training t;
  t.options.max_epochs = 9;
  t.options.ema_decay = 0.95;
  t.options.lr_schedule = LrSchedule::kOneCycle;
  t.options.lr = 5e-3;
  t.options.early_stopping = true;
  t.options.early_stopping_patience_steps = 1000;
  t.options.load_best_on_end = true;
  t.options.checkpoint_every = 1;
  std::vector<TrainingState> states;
  t.hooks.on_checkpoint = [&](const TrainingState& state) {
    states.push_back(state);
  };
  const auto whole = support::run(t);
  REQUIRE(states.size() == 9);
  t.hooks.on_checkpoint = {};
  for (const std::size_t i : {0U, 4U}) {
    Model model(t.model, 99);
    const auto result = resume(model, t.cells, states[i], t.options, t.hooks);
    CHECK(all_values(model.state()) == all_values(whole.model.state()));
    CHECK(result.best_epoch == whole.result.best_epoch);
    for (const char* name : {"lr", "elbo_validation", "elbo_validation_raw"})
      CHECK(column(result.history, name) == column(whole.result.history, name));
  }
}

TEST_CASE("training ends after max_steps, also within an epoch") {
  Training t;  // 7 steps per epoch
  t.options.max_steps = 17;
  auto result = support::run(t).result;
  CHECK(result.stop_reason == StopReason::kMaxSteps);
  CHECK(result.steps == 17);
  CHECK(result.epochs == 3);
  CHECK(column(result.history, "train_loss").size() == 3);
  t.options.max_steps = 14;
  result = support::run(t).result;
  CHECK(result.steps == 14);
  CHECK(result.epochs == 2);
  t.options.max_steps = 1000;
  result = support::run(t).result;
  CHECK(result.stop_reason == StopReason::kMaxEpochs);
  CHECK(result.steps == 42);
}

TEST_CASE("a schedule ends with the last step of the run") {
  Training t;
  t.options.lr_schedule = LrSchedule::kCosine;
  t.options.lr = 1e-2;
  t.options.max_steps = 20;
  const auto lr = column(support::run(t).result.history, "lr");
  CHECK(lr.front() < 1e-2);
  CHECK(lr.back() ==
        Approx(1e-2 * (1 + std::cos(std::acos(-1.0) * 19 / 20)) / 2));
}

TEST_CASE("an epoch and a validation of some minibatches") {
  Training t;
  t.options.check_val_every_n_epoch = 1;
  const auto all = column(support::run(t).result.history, "elbo_validation");
  t.options.limit_train_batches = 2;
  auto result = support::run(t).result;
  CHECK(result.steps == 12);
  t.options.limit_train_batches.reset();
  t.options.limit_val_batches = 100;
  CHECK(column(support::run(t).result.history, "elbo_validation") == all);
  t.options.batch_size = 8;
  t.options.limit_val_batches = 1;
  const auto some = support::run(t).result;
  t.options.limit_val_batches.reset();
  CHECK(column(support::run(t).result.history, "elbo_validation") !=
        column(some.history, "elbo_validation"));
}

TEST_CASE("early stopping waits for so many steps") {
  Training t;
  t.options.max_epochs = 60;
  t.options.early_stopping = true;
  t.options.early_stopping_patience = 1;
  t.options.early_stopping_patience_steps = 3 * 7;
  t.options.lr = 0.3;  // too large to settle
  const auto result = support::run(t).result;
  REQUIRE(result.stop_reason == StopReason::kEarlyStopping);
  const auto elbo = column(result.history, "elbo_validation");
  const auto best = std::min_element(elbo.begin(), elbo.end());
  CHECK(std::distance(best, elbo.end()) == 4);
}
