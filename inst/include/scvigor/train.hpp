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

// The KL weight of the last step of a run in which n_train cells are trained
// on; max_epochs must be given.
double last_kl_weight(std::int64_t n_train, const TrainOptions& options);

// One row per epoch; NaN where a value was not computed. Column names are
// scvi-tools': train_loss, elbo_train, reconstruction_loss_train,
// kl_local_train, kl_weight, lr, validation_loss, elbo_validation, ...
struct History {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
};

// Adam's moments of one parameter tensor; empty before its first gradient.
struct AdamMoments {
  std::int64_t steps = 0;
  std::vector<double> first;
  std::vector<double> second;
};

// The state of a schedule that monitors a metric.
struct MonitorState {
  double best = std::numeric_limits<double>::infinity();
  std::int64_t checks_since_best = 0;
  std::int64_t best_step = 0;
};

// The epoch with the lowest `checkpointing_monitor`; epoch 0: none yet.
struct BestEpoch {
  std::int64_t epoch = 0;
  double value = std::numeric_limits<double>::infinity();
  State weights;
};

// The state of a run at the end of an epoch, as plain data: resume() continues
// from it to the result of the uninterrupted run. Random numbers are a function
// of the seed, the epoch and the step.
struct TrainingState {
  std::uint64_t seed = 0;
  std::int64_t epochs = 0;  // completed
  std::int64_t steps = 0;
  bool stopped = false;  // by early stopping
  double lr = 0.0;
  State weights;
  State average;                     // of the weights; empty without ema_decay
  std::vector<AdamMoments> moments;  // of the trained parameters, in order
  MonitorState plateau;
  MonitorState early_stopping;
  BestEpoch best;  // empty without load_best_on_end
  Split split;     // the training part in its present order
  History history;
};

// kNotFinite: see load_best_on_end in train().
enum class StopReason {
  kMaxEpochs,
  kMaxSteps,
  kEarlyStopping,
  kInterrupted,
  kNotFinite
};

struct TrainResult {
  History history;
  StopReason stop_reason = StopReason::kMaxEpochs;
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
  std::int64_t best_epoch = 0;  // whose weights were loaded; 0: none were
  std::string problem;          // the NumericError behind kNotFinite
  double seconds = 0.0;
};

// Trains in place. A fixed seed and number of threads give the same result, bit
// for bit. With ema_decay the model ends with the average of its weights, which
// is what validation looks at; the history has the weights' own numbers in
// columns that end in _raw. With load_best_on_end it ends with the weights of
// its best epoch, also after an interrupt or a NumericError, which is then
// reported in the result. Otherwise a NumericError leaves the weights from
// before the failing step; weights that became infinite in the step itself are
// detected at the end of the epoch only.
TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks = {});

// Continues the run of which `from` is the state, on the same cells: with the
// same options and threads, to the result of the uninterrupted run. Replaces
// the weights of `model`; max_epochs counts from the start of the run.
TrainResult resume(Model& model, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks = {});

}  // namespace scvigor

#endif
