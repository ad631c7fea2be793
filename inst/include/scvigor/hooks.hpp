#ifndef SCVIGOR_HOOKS_HPP
#define SCVIGOR_HOOKS_HPP

#include <cstdint>
#include <functional>
#include <limits>

namespace scvigor {

// The state of a run at the end of an epoch. Losses are means over cells, in
// nats; NaN where not computed.
struct EpochReport {
  std::int64_t epoch = 0;  // completed epochs
  std::int64_t max_epochs = 0;
  double train_loss = std::numeric_limits<double>::quiet_NaN();
  double elbo_train = std::numeric_limits<double>::quiet_NaN();
  double elbo_validation = std::numeric_limits<double>::quiet_NaN();
};

struct TrainingState;  // scvigor/train.hpp

// Callbacks during long computations, on the thread that called the library.
// Each may be empty.
struct Hooks {
  // Called between minibatches; true ends the computation early.
  std::function<bool()> interrupted;
  std::function<void(const EpochReport&)> on_epoch;
  // Called every `checkpoint_every` epochs and after the last one.
  std::function<void(const TrainingState&)> on_checkpoint;
};

}  // namespace scvigor

#endif
