#ifndef SCVIGOR_CORE_TRAIN_HISTORY_HPP
#define SCVIGOR_CORE_TRAIN_HISTORY_HPP

#include <string>

#include "scvigor/train.hpp"

namespace scvigor {

// Sums over the cells of an epoch, in nats.
struct EpochSums {
  double loss = 0.0;
  double reconstruction_loss = 0.0;
  double kl_local = 0.0;
  double n_cells = 0.0;

  void add(const EpochSums& other);
};

// Writes one row of the history per epoch.
class Recorder {
 public:
  void start_epoch(double kl_weight, double lr);
  void add_train(const EpochSums& sums);
  // In columns whose names end in `suffix`.
  void add_validation(const EpochSums& sums, const std::string& suffix);

  // A value of the last epoch; NaN if there is none.
  double last(const std::string& name) const;
  const History& history() const { return history_; }
  void restore(const History& history) { history_ = history; }

 private:
  void put(const std::string& name, double value);

  History history_;
};

}  // namespace scvigor

#endif
