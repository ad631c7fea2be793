#include "train/run.hpp"

#include <chrono>

#include "train/schedule.hpp"
#include "train/trainer.hpp"

namespace scvigor::core {
namespace {

// With load_best_on_end a NumericError ends the run with its best epoch.
TrainResult finish(Trainer& trainer, const Cells& cells,
                   const TrainOptions& options) {
  const auto max_epochs =
      options.max_epochs.value_or(default_max_epochs(cells.n_cells()));
  const auto start = std::chrono::steady_clock::now();
  TrainResult result;
  try {
    result.stop_reason = trainer.run(max_epochs);
    trainer.load_average();
    if (options.load_best_on_end) result.best_epoch = trainer.load_best();
  } catch (const NumericError& error) {
    if (options.load_best_on_end) result.best_epoch = trainer.load_best();
    if (result.best_epoch == 0) throw;
    result.stop_reason = StopReason::kNotFinite;
    result.problem = error.what();
  }
  result.history = trainer.history();
  result.epochs = trainer.epochs();
  result.steps = trainer.steps();
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}

}  // namespace

TrainResult train(Vae& vae, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks) {
  LocalCommunicator local;
  Trainer trainer(vae, cells, split, options, seed, hooks, local);
  return finish(trainer, cells, options);
}

TrainResult resume(Vae& vae, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks) {
  LocalCommunicator local;
  Trainer trainer(vae, cells, from.split, options, from.seed, hooks, local);
  trainer.restore(from);
  return finish(trainer, cells, options);
}

}  // namespace scvigor::core
