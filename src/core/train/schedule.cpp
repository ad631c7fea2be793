#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace scvigor {

namespace core {

std::int64_t default_max_epochs(std::int64_t n_cells) {
  // nearbyint rounds halves to even, as Python's round.
  const double epochs =
      std::nearbyint(20000.0 / static_cast<double>(n_cells) * 400.0);
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::min(epochs, 400.0)));
}

}  // namespace core

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

bool EarlyStopping::update(double metric, std::int64_t epoch) {
  if (epoch <= options_.early_stopping_warmup_epochs) return false;
  const double value = options_.early_stopping_mode == "max" ? -metric : metric;
  if (value < monitor_.best - options_.early_stopping_min_delta) {
    monitor_.best = value;
    monitor_.checks_since_best = 0;
    return false;
  }
  return ++monitor_.checks_since_best >= options_.early_stopping_patience;
}

}  // namespace scvigor
