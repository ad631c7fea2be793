#ifndef SCVIGOR_TRAIN_HPP
#define SCVIGOR_TRAIN_HPP

#include <cstdint>
#include <limits>
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

// Adam's memory of one parameter tensor; empty before its first gradient.
struct AdamMoments {
  std::int64_t steps = 0;
  std::vector<double> first;
  std::vector<double> second;
};

// What a schedule remembers of the metric that it watches.
struct MonitorState {
  double best = std::numeric_limits<double>::infinity();
  std::int64_t checks_since_best = 0;  // looks since the best
};

// The epoch with the lowest `checkpointing_monitor`; epoch 0: none yet.
struct BestEpoch {
  std::int64_t epoch = 0;
  double value = std::numeric_limits<double>::infinity();
  State weights;
};

// All that a run needs to go on from the end of an epoch as if nothing had
// happened, as plain data.
struct TrainingState {
  std::uint64_t seed = 0;
  std::int64_t epochs = 0;  // done
  std::int64_t steps = 0;
  bool stopped = false;  // by early stopping
  double lr = 0.0;
  State weights;
  std::vector<AdamMoments> moments;  // of the parameters that move, in order
  std::vector<std::uint8_t> random;  // the generator's own form
  MonitorState plateau;
  MonitorState early_stopping;
  BestEpoch best;  // empty without load_best_on_end
  Split split;     // the training part in its present order
  History history;
};

// kNotFinite: see load_best_on_end in train().
enum class StopReason { kMaxEpochs, kEarlyStopping, kInterrupted, kNotFinite };

struct TrainResult {
  History history;
  StopReason stop_reason = StopReason::kMaxEpochs;
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
  std::int64_t best_epoch = 0;  // whose weights were loaded; 0: the last ones
  std::string problem;          // the NumericError behind kNotFinite
  double seconds = 0.0;
};

// Trains in place. Fixed seed and number of threads: the same result, bit for
// bit. With load_best_on_end the model ends with the weights of its best
// epoch, also after an interrupt or a NumericError, which then is no
// exception. Else, on a NumericError, the model holds the weights from before
// the failing step; only where the step itself carried them out of range, which
// shows at the end of an epoch, they are not finite.
TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks = {});

// Goes on with the run that `from` was captured in, on the same cells: with the
// same options and threads, to the result of the uninterrupted run. The weights
// of `model` are replaced; max_epochs counts from the start of the run.
TrainResult resume(Model& model, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks = {});

}  // namespace scvigor

#endif
