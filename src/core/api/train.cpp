#include "scvigor/train.hpp"

#include <chrono>
#include <string>

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

// A posterior in place of the encoder, if that is to stay, and only then.
void check_posterior(const Model& model, const Cells& cells,
                     const TrainOptions& options) {
  const std::string argument = "update_only_decoder";
  const bool given = !cells.latent_mean.empty();
  if (options.freeze.update_only_decoder != given)
    throw ArgumentError(argument,
                        given ? "Cells with a posterior are for training with "
                                "`update_only_decoder`."
                              : "`update_only_decoder` needs the posterior of "
                                "the cells.");
  const ModelOptions& o = model.options();
  if (given && !o.use_observed_lib_size && !o.use_size_factor)
    throw ArgumentError(argument,
                        "`update_only_decoder` is not for models with "
                        "`use_observed_lib_size = FALSE`: the library size of "
                        "a cell comes from its encoder.");
}

void check_request(const Model& model, const Cells& cells, const Split& split,
                   const TrainOptions& options) {
  validate(options);
  check_batch_size(options, model.options());
  check_cells(cells, model.options());
  if (!cells.counts)
    throw ArgumentError("x", "Training needs the counts of the cells.");
  check_posterior(model, cells, options);
  check_split(split, cells.n_cells());
}

// To the end of the run or of what can be computed, whichever comes first.
TrainResult finish(Trainer& trainer, std::int64_t max_epochs,
                   bool load_best_on_end) {
  const auto start = std::chrono::steady_clock::now();
  TrainResult result;
  try {
    result.stop_reason = trainer.run(max_epochs);
    if (load_best_on_end) result.best_epoch = trainer.load_best();
  } catch (const NumericError& error) {
    if (load_best_on_end) result.best_epoch = trainer.load_best();
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

std::int64_t epochs_of(const TrainOptions& options, const Cells& cells) {
  return options.max_epochs.value_or(default_max_epochs(cells.n_cells()));
}

}  // namespace

TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks) {
  check_request(model, cells, split, options);
  return without_torch_errors([&] {
    Trainer trainer(model.vae(), cells, split, options, seed, hooks);
    return finish(trainer, epochs_of(options, cells), options.load_best_on_end);
  });
}

TrainResult resume(Model& model, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks) {
  check_request(model, cells, from.split, options);
  return without_torch_errors([&] {
    Trainer trainer(model.vae(), cells, from.split, options, from.seed, hooks);
    trainer.restore(from);
    return finish(trainer, epochs_of(options, cells), options.load_best_on_end);
  });
}

}  // namespace scvigor
