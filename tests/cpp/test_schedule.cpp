// When training stops by itself or slows down.

#include <limits>
#include <vector>

#include "catch.hpp"
#include "train/schedule.hpp"

using namespace scvigor;

namespace {

// The epoch, from 1, in which training stops; 0: never.
std::int64_t stop_epoch(const TrainOptions& options,
                        const std::vector<double>& metric) {
  EarlyStopping stopping(options);
  for (std::size_t i = 0; i < metric.size(); ++i)
    if (stopping.update(metric[i], static_cast<std::int64_t>(i) + 1,
                        10 * (static_cast<std::int64_t>(i) + 1)))
      return static_cast<std::int64_t>(i) + 1;
  return 0;
}

double final_lr(const TrainOptions& options,
                const std::vector<double>& metric) {
  PlateauSchedule schedule(options);
  double lr = options.lr;
  for (const double value : metric) lr = schedule.update(value, lr);
  return lr;
}

}  // namespace

TEST_CASE("early stopping waits for `patience` epochs without a new best") {
  TrainOptions o;
  o.early_stopping_patience = 3;
  CHECK(stop_epoch(o, {5, 4, 3, 2, 1, 0}) == 0);
  CHECK(stop_epoch(o, {5, 4, 4, 4, 4}) == 5);
  CHECK(stop_epoch(o, {5, 6, 6, 4, 6, 6, 6}) == 7);
  // A tie is not an improvement.
  CHECK(stop_epoch(o, {1, 1, 1, 1, 1}) == 4);
}

TEST_CASE("an improvement below min_delta does not count") {
  TrainOptions o;
  o.early_stopping_patience = 2;
  o.early_stopping_min_delta = 0.5;
  CHECK(stop_epoch(o, {5.0, 4.8, 4.6}) == 3);
  CHECK(stop_epoch(o, {5.0, 4.4, 3.8, 3.2}) == 0);
}

TEST_CASE("mode \"max\" stops when a metric no longer grows") {
  TrainOptions o;
  o.early_stopping_patience = 2;
  o.early_stopping_mode = "max";
  CHECK(stop_epoch(o, {1, 2, 3, 4}) == 0);
  CHECK(stop_epoch(o, {4, 3, 2}) == 3);
}

TEST_CASE("early stopping ignores warm-up epochs") {
  TrainOptions o;
  o.early_stopping_patience = 2;
  o.early_stopping_warmup_epochs = 3;
  CHECK(stop_epoch(o, {1, 9, 9, 5, 5, 5}) == 6);
  CHECK(stop_epoch(o, {1, 9, 9, 5, 4, 3}) == 0);
}

TEST_CASE("a NaN metric is not an improvement") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  TrainOptions o;
  o.early_stopping_patience = 2;
  CHECK(stop_epoch(o, {5, kNan, kNan}) == 3);
}

TEST_CASE(
    "the learning rate is reduced after more than `lr_patience` bad epochs") {
  TrainOptions o;
  o.lr = 1.0;
  o.lr_factor = 0.5;
  o.lr_patience = 2;
  CHECK(final_lr(o, {5, 4, 3, 2, 1}) == 1.0);
  CHECK(final_lr(o, {5, 5, 5}) == 1.0);
  CHECK(final_lr(o, {5, 5, 5, 5}) == 0.5);
  CHECK(final_lr(o, {5, 5, 5, 5, 5, 5, 5}) == 0.25);
  o.lr_min = 0.4;
  CHECK(final_lr(o, {5, 5, 5, 5, 5, 5, 5}) == 0.4);
}

TEST_CASE("the KL term warms up by epochs, or by steps, or not at all") {
  TrainOptions o;
  o.n_epochs_kl_warmup = 10;
  o.n_steps_kl_warmup = 100;
  CHECK(kl_weight(0, 50, o) == 0.0);
  CHECK(kl_weight(5, 50, o) == 0.5);
  CHECK(kl_weight(10, 0, o) == 1.0);
  o.n_epochs_kl_warmup.reset();
  CHECK(kl_weight(5, 25, o) == 0.25);
  o.n_steps_kl_warmup.reset();
  CHECK(kl_weight(0, 0, o) == 1.0);
  o.max_kl_weight = 0.3;
  CHECK(kl_weight(0, 0, o) == 0.3);
}
