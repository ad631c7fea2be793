#ifndef SCVIGOR_CORE_TRAIN_SCHEDULE_HPP
#define SCVIGOR_CORE_TRAIN_SCHEDULE_HPP

#include <cstdint>

#include "scvigor/train.hpp"

namespace scvigor {

namespace core {

// See scvigor/options.hpp.
std::int64_t default_max_epochs(std::int64_t n_cells);

}  // namespace core

// The weight of KL(q(z) || p(z)) in the loss: from min to max, linearly in
// epochs or else in steps; both count from 0.
double kl_weight(std::int64_t epoch, std::int64_t step,
                 const TrainOptions& options);

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

// Stops when a metric has not improved for `patience` checks.
class EarlyStopping {
 public:
  explicit EarlyStopping(const TrainOptions& options) : options_(options) {}
  // After `epoch` epochs; true: stop.
  bool update(double metric, std::int64_t epoch);

  const MonitorState& monitor() const { return monitor_; }
  void restore(const MonitorState& monitor) { monitor_ = monitor; }

 private:
  TrainOptions options_;
  MonitorState monitor_;
};

}  // namespace scvigor

#endif
