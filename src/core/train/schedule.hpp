#ifndef SCVIGOR_CORE_TRAIN_SCHEDULE_HPP
#define SCVIGOR_CORE_TRAIN_SCHEDULE_HPP

#include <cstdint>
#include <vector>

#include "scvigor/train.hpp"

namespace scvigor {

namespace core {

// See scvigor/options.hpp.
std::int64_t default_max_epochs(std::int64_t n_cells);
std::int64_t steps_per_epoch(std::int64_t n_cells, const TrainOptions& options);

}  // namespace core

// The weight of KL(q(z) || p(z)) in the loss: from min to max, linearly in
// epochs or else in steps; both count from 0.
double kl_weight(std::int64_t epoch, std::int64_t step,
                 const TrainOptions& options);

// The ends of the minibatches of n cells. A last one that is too small for
// BatchNorm is merged with the one before it.
std::vector<std::int64_t> minibatch_ends(std::int64_t n,
                                         const TrainOptions& options);

// Whether the learning rate depends on the step.
bool has_lr_schedule(const TrainOptions& options);

// The learning rate of a step, counting from 0, of a run of n_steps.
//   constant   lr
//   cosine     lr_min + (lr - lr_min) (1 + cos(pi step / n_steps)) / 2
//   one-cycle  by cosines from lr / div_factor to lr in the first pct_start of
//              the steps, then to lr / div_factor / final_div_factor
//   step       lr lr_gamma^floor(step / lr_step_size), at least lr_min
// In the first lr_warmup_steps it grows linearly; "cosine" and "step" count
// from their end.
double learning_rate(std::int64_t step, std::int64_t n_steps,
                     const TrainOptions& options);

namespace core {

// See scvigor/train.hpp.
double last_kl_weight(std::int64_t n_train, const TrainOptions& options);

// The steps of a run until an epoch, or until max_steps.
std::int64_t steps_of_run(std::int64_t n_train, std::int64_t until_epoch,
                          const TrainOptions& options);

}  // namespace core

// Reduces the learning rate when a metric has stopped falling, as torch's
// ReduceLROnPlateau with an absolute threshold.
class PlateauSchedule {
 public:
  explicit PlateauSchedule(const TrainOptions& options) : options_(options) {}
  // The learning rate after an epoch with this metric.
  double update(double metric, double lr);

  const MonitorState& monitor() const { return monitor_; }
  void restore(const MonitorState& monitor) { monitor_ = monitor; }

 private:
  TrainOptions options_;
  MonitorState monitor_;
};

// Stops when a metric has not improved for `patience` checks, or steps.
class EarlyStopping {
 public:
  explicit EarlyStopping(const TrainOptions& options) : options_(options) {}
  // After `epoch` epochs and `step` steps; true: stop.
  bool update(double metric, std::int64_t epoch, std::int64_t step);

  const MonitorState& monitor() const { return monitor_; }
  void restore(const MonitorState& monitor) { monitor_ = monitor; }

 private:
  TrainOptions options_;
  MonitorState monitor_;
};

}  // namespace scvigor

#endif
