#ifndef SCVIGOR_TRAIN_HPP
#define SCVIGOR_TRAIN_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/hooks.hpp"
#include "scvigor/model.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

// Positions of cells, counting from 0, in the order they are used.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
  std::vector<std::int64_t> test;
  // Cells moved to the validation part, so that the last minibatch of the
  // training part does not have 1 or 2 cells.
  std::int64_t n_moved = 0;
};

// By train_size and validation_size, shuffled by `seed` unless
// shuffle_set_split is false (then: validation, training, test in order).
Split split_cells(std::int64_t n_cells, const TrainOptions& options,
                  std::uint64_t seed);

// One row an epoch; NaN where an epoch has no such value. Column names are
// scvi-tools': train_loss, elbo_train, reconstruction_loss_train,
// kl_local_train, kl_weight, lr, validation_loss, elbo_validation, ...
struct History {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
};

enum class StopReason { kMaxEpochs, kEarlyStopping, kInterrupted };

struct TrainResult {
  History history;
  StopReason stop_reason = StopReason::kMaxEpochs;
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
  double seconds = 0.0;
};

// Trains in place. On a NumericError the model holds the weights from before
// the failing step. Fixed seed and number of threads: the same result, bit
// for bit.
TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks = {});

}  // namespace scvigor

#endif
