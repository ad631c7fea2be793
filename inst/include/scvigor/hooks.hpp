#ifndef SCVIGOR_HOOKS_HPP
#define SCVIGOR_HOOKS_HPP

#include <cstdint>
#include <functional>
#include <limits>

namespace scvigor {

// What is known at the end of an epoch. Values are means over cells, in nats.
struct EpochReport {
  std::int64_t epoch = 0;  // epochs done, counts from 1
  std::int64_t max_epochs = 0;
  double train_loss = std::numeric_limits<double>::quiet_NaN();
  double elbo_train = std::numeric_limits<double>::quiet_NaN();
  double elbo_validation = std::numeric_limits<double>::quiet_NaN();
};

struct TrainingState;  // scvigor/train.hpp

// How a host language takes part in long work. All are called from the
// thread that called the library, and may be empty.
struct Hooks {
  // Asked between minibatches; true ends the work early, cleanly.
  std::function<bool()> interrupted;
  std::function<void(const EpochReport&)> on_epoch;
  // Called every `checkpoint_every` epochs and after the last one.
  std::function<void(const TrainingState&)> on_checkpoint;
};

}  // namespace scvigor

#endif
