#include "scvigor/train.hpp"

#include <chrono>

#include "api/check_cells.hpp"
#include "api/errors.hpp"
#include "model/vae.hpp"
#include "train/trainer.hpp"

namespace scvigor {

TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks) {
  validate(options);
  check_cells(cells, model.options());
  if (!cells.counts)
    throw ArgumentError("x", "Training needs the counts of the cells.");
  check_split(split, cells.n_cells());
  return without_torch_errors([&] {
    const auto start = std::chrono::steady_clock::now();
    Trainer trainer(model.vae(), cells, split, options, seed, hooks);
    TrainResult result;
    result.stop_reason = trainer.run(
        options.max_epochs.value_or(default_max_epochs(cells.n_cells())));
    result.history = trainer.history();
    result.epochs = trainer.epochs();
    result.steps = trainer.steps();
    result.seconds = std::chrono::duration<double>(
                         std::chrono::steady_clock::now() - start)
                         .count();
    return result;
  });
}

}  // namespace scvigor
