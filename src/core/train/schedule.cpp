#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/split.hpp"

namespace scvigor {

namespace core {

std::int64_t default_max_epochs(std::int64_t n_cells) {
  // nearbyint rounds halves to even, as Python's round.
  const double epochs =
      std::nearbyint(20000.0 / static_cast<double>(n_cells) * 400.0);
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::min(epochs, 400.0)));
}

std::int64_t steps_per_epoch(std::int64_t n_cells, const TrainOptions& o) {
  return static_cast<std::int64_t>(minibatch_ends(n_cells, o).size());
}

}  // namespace core

std::vector<std::int64_t> minibatch_ends(std::int64_t n,
                                         const TrainOptions& o) {
  std::vector<std::int64_t> ends;
  for (std::int64_t end = o.batch_size; end < n; end += o.batch_size)
    ends.push_back(end);
  const auto rest = n - (ends.empty() ? 0 : ends.back());
  const bool is_left_out = rest < o.batch_size && o.drop_last && !ends.empty();
  if (!is_left_out) {
    if (rest < kMinTrainingCells && !ends.empty()) ends.pop_back();
    ends.push_back(n);
  }
  if (o.limit_train_batches) {
    const auto most = static_cast<std::size_t>(*o.limit_train_batches);
    if (ends.size() > most) ends.resize(most);
  }
  return ends;
}

namespace {

double cosine(double from, double to, double share) {
  constexpr double kPi = 3.14159265358979323846;
  return to + (from - to) * (1.0 + std::cos(kPi * share)) / 2.0;
}

// The share of the way from `begin` to `end` that `step` has gone.
double share_of(double step, double begin, double end) {
  return end > begin ? std::clamp((step - begin) / (end - begin), 0.0, 1.0)
                     : 1.0;
}

// torch.optim.lr_scheduler.OneCycleLR: the first phase ends at a step that need
// not be whole.
double one_cycle(double step, double n_steps, const TrainOptions& o) {
  const double first = o.lr / o.div_factor;
  const double peak = o.pct_start * n_steps - 1.0;
  if (step <= peak) return cosine(first, o.lr, share_of(step, 0.0, peak));
  return cosine(o.lr, first / o.final_div_factor,
                share_of(step, peak, n_steps - 1.0));
}

}  // namespace

bool has_lr_schedule(const TrainOptions& o) {
  return o.lr_schedule != LrSchedule::kConstant || o.lr_warmup_steps > 0;
}

double learning_rate(std::int64_t step, std::int64_t n_steps,
                     const TrainOptions& o) {
  if (o.lr_schedule == LrSchedule::kOneCycle)
    return one_cycle(static_cast<double>(step), static_cast<double>(n_steps),
                     o);
  if (step < o.lr_warmup_steps)
    return o.lr * static_cast<double>(step + 1) /
           static_cast<double>(o.lr_warmup_steps);
  const auto since = step - o.lr_warmup_steps;
  const double lowest = std::min(o.lr_min, o.lr);
  switch (o.lr_schedule) {
    case LrSchedule::kCosine:
      return cosine(o.lr, lowest,
                    share_of(static_cast<double>(since), 0.0,
                             static_cast<double>(n_steps - o.lr_warmup_steps)));
    case LrSchedule::kStep:
      return std::max(o.lr * std::pow(o.lr_gamma, static_cast<double>(
                                                      since / o.lr_step_size)),
                      lowest);
    case LrSchedule::kOneCycle:
    case LrSchedule::kConstant:
      break;
  }
  return o.lr;
}

double kl_weight(std::int64_t epoch, std::int64_t step, const TrainOptions& o) {
  const auto ramp = [&](std::int64_t i, std::int64_t n) {
    if (i >= n) return o.max_kl_weight;
    return (o.max_kl_weight - o.min_kl_weight) * static_cast<double>(i) /
               static_cast<double>(n) +
           o.min_kl_weight;
  };
  if (o.n_epochs_kl_warmup.value_or(0) > 0)
    return ramp(epoch, *o.n_epochs_kl_warmup);
  if (o.n_steps_kl_warmup.value_or(0) > 0)
    return ramp(step, *o.n_steps_kl_warmup);
  return o.max_kl_weight;
}

namespace core {

std::int64_t steps_of_run(std::int64_t n_train, std::int64_t until_epoch,
                          const TrainOptions& o) {
  constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();
  const auto max_steps = o.max_steps.value_or(kNoLimit);
  const auto per_epoch = core::steps_per_epoch(n_train, o);
  return until_epoch < kNoLimit / per_epoch
             ? std::min(max_steps, until_epoch * per_epoch)
             : max_steps;
}

double last_kl_weight(std::int64_t n_train, const TrainOptions& o) {
  const auto max_epochs = o.max_epochs.value();
  return kl_weight(max_epochs - 1, steps_of_run(n_train, max_epochs, o) - 1, o);
}

}  // namespace core

double PlateauSchedule::update(double metric, double lr) {
  if (metric < monitor_.best - options_.lr_threshold) {
    monitor_.best = metric;
    monitor_.checks_since_best = 0;
    return lr;
  }
  if (++monitor_.checks_since_best <= options_.lr_patience) return lr;
  monitor_.checks_since_best = 0;
  const double lower = std::max(lr * options_.lr_factor, options_.lr_min);
  // Changes below 1e-8 are not made, as in torch.
  return lr - lower > 1e-8 ? lower : lr;
}

bool EarlyStopping::update(double metric, std::int64_t epoch,
                           std::int64_t step) {
  if (epoch <= options_.early_stopping_warmup_epochs) return false;
  const double value = options_.early_stopping_mode == "max" ? -metric : metric;
  if (value < monitor_.best - options_.early_stopping_min_delta) {
    monitor_.best = value;
    monitor_.checks_since_best = 0;
    monitor_.best_step = step;
    return false;
  }
  ++monitor_.checks_since_best;
  if (options_.early_stopping_patience_steps)
    return step - monitor_.best_step >= *options_.early_stopping_patience_steps;
  return monitor_.checks_since_best >= options_.early_stopping_patience;
}

}  // namespace scvigor
