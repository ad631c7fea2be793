#include "scvigor/train.hpp"

#include <chrono>

#include "api/check_cells.hpp"
#include "api/errors.hpp"
#include "model/vae.hpp"
#include "train/trainer.hpp"

namespace scvigor {
namespace {

// The variance of a single cell would put NaN into BatchNorm's statistics.
void check_batch_size(const TrainOptions& options, const ModelOptions& model) {
  if (options.batch_size < 2 && model.use_batch_norm != NormPlacement::kNone)
    throw ArgumentError("batch_size",
                        "`batch_size` must be at least 2: BatchNorm needs more "
                        "than one cell. Or set `use_batch_norm = \"none\"`.");
}

}  // namespace

TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks) {
  validate(options);
  check_batch_size(options, model.options());
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
