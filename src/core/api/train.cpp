#include "scvigor/train.hpp"

#include <algorithm>
#include <string>

#include "api/check_cells.hpp"
#include "api/errors.hpp"
#include "data/split.hpp"
#include "model/memory.hpp"
#include "model/vae.hpp"
#include "train/run.hpp"
#include "train/schedule.hpp"

namespace scvigor {
namespace {

// With a single cell BatchNorm's variance would be NaN.
void check_batch_size(const TrainOptions& options, const ModelOptions& model) {
  if (options.batch_size < 2 && model.use_batch_norm != NormPlacement::kNone)
    throw ArgumentError("batch_size",
                        "`batch_size` must be at least 2: BatchNorm needs more "
                        "than one cell. Or set `use_batch_norm = \"none\"`.");
}

// A posterior must be given if and only if the encoder is frozen.
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
  core::check_training_fits(model.options(),
                            std::min(options.batch_size, cells.n_cells()));
  check_split(split, cells.n_cells());
  check_cell_weights(cells, split);
}

}  // namespace

Split split_cells(std::int64_t n_cells, const TrainOptions& options,
                  std::uint64_t seed) {
  validate(options);
  return without_torch_errors(
      [&] { return core::split_cells(n_cells, options, seed); });
}

double last_kl_weight(std::int64_t n_train, const TrainOptions& options) {
  validate(options);
  return core::last_kl_weight(n_train, options);
}

TrainResult train(Model& model, const Cells& cells, const Split& split,
                  const TrainOptions& options, std::uint64_t seed,
                  const Hooks& hooks) {
  check_request(model, cells, split, options);
  return without_torch_errors([&] {
    return core::train(model.vae(), cells, split, options, seed, hooks);
  });
}

TrainResult resume(Model& model, const Cells& cells, const TrainingState& from,
                   const TrainOptions& options, const Hooks& hooks) {
  check_request(model, cells, from.split, options);
  return without_torch_errors(
      [&] { return core::resume(model.vae(), cells, from, options, hooks); });
}

}  // namespace scvigor
