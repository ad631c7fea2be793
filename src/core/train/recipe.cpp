#include "train/recipe.hpp"

#include <algorithm>

#include "train/schedule.hpp"

namespace scvigor::core {
namespace {

// The number of steps grows with the data: 25 passes, but not fewer steps than
// the smallest data sets need to converge, and not more than the largest have
// a use for.
constexpr std::int64_t kPasses = 25;
constexpr std::int64_t kMinSteps = 600;
constexpr std::int64_t kMaxSteps = 20000;
// Of large data, an epoch (after which the held-out cells are looked at) is a
// part.
constexpr std::int64_t kMaxStepsPerEpoch = 1000;

std::int64_t default_batch_size(std::int64_t n_train) {
  if (n_train <= 5000) return 64;
  if (n_train <= 100000) return 128;
  return n_train <= 1000000 ? 256 : 512;
}

std::int64_t ceil_of_ratio(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t n_steps(const RecipeRequest& request,
                     std::int64_t steps_per_epoch) {
  if (request.max_epochs) {
    const auto steps = *request.max_epochs * steps_per_epoch;
    return request.max_steps ? std::min(*request.max_steps, steps) : steps;
  }
  return request.max_steps.value_or(
      std::clamp(kPasses * steps_per_epoch, kMinSteps, kMaxSteps));
}

TrainOptions fast(const RecipeRequest& request) {
  TrainOptions o;
  o.batch_size =
      request.batch_size.value_or(default_batch_size(request.n_train));
  auto per_epoch = core::steps_per_epoch(request.n_train, o);
  const auto steps = n_steps(request, per_epoch);
  if (!request.max_epochs && per_epoch > kMaxStepsPerEpoch) {
    o.limit_train_batches = per_epoch = kMaxStepsPerEpoch;
    o.limit_val_batches = kMaxStepsPerEpoch / 10;
  }
  o.max_epochs = request.max_epochs.value_or(ceil_of_ratio(steps, per_epoch));
  o.max_steps = steps;
  o.lr_schedule = LrSchedule::kOneCycle;
  o.lr = 16e-3;
  o.eps = 1e-4;
  // Early steps of such a size have gradients that lead away.
  o.gradient_clip_val = 50.0;
  o.pct_start = 0.2;
  o.n_epochs_kl_warmup = std::nullopt;
  o.n_steps_kl_warmup = std::max<std::int64_t>(1, steps / 5);
  if (!request.has_validation) return o;
  o.early_stopping = true;
  o.early_stopping_patience_steps = std::max<std::int64_t>(1, steps / 3);
  o.load_best_on_end = true;
  // About 30 looks at the held-out cells.
  o.check_val_every_n_epoch = std::max<std::int64_t>(1, *o.max_epochs / 30);
  return o;
}

}  // namespace

TrainOptions recipe_options(const RecipeRequest& request) {
  if (request.recipe == Recipe::kFast) return fast(request);
  TrainOptions o;
  o.batch_size = request.batch_size.value_or(o.batch_size);
  o.max_epochs = request.max_epochs;
  o.max_steps = request.max_steps;
  if (o.max_steps && !o.max_epochs)
    o.max_epochs =
        ceil_of_ratio(*o.max_steps, core::steps_per_epoch(request.n_train, o));
  return o;
}

}  // namespace scvigor::core
