#include "util/validate_options.hpp"

#include <cmath>
#include <sstream>

namespace scvigor {
namespace {

template <class T>
void require(bool ok, const std::string& argument, const std::string& wanted,
             const T& value) {
  if (ok) return;
  std::ostringstream text;
  text << "`" << argument << "` must be " << wanted << ", not " << value << ".";
  throw ArgumentError(argument, text.str());
}

void at_least(std::int64_t least, const std::string& argument,
              std::int64_t value) {
  require(value >= least, argument,
          "a whole number of at least " + std::to_string(least), value);
}

void at_least(std::int64_t least, const std::string& argument,
              const std::optional<std::int64_t>& value) {
  if (value) at_least(least, argument, *value);
}

void not_negative(const std::string& argument, double value) {
  require(std::isfinite(value) && value >= 0.0, argument,
          "a finite number of at least 0", value);
}

void positive(const std::string& argument, double value) {
  require(std::isfinite(value) && value > 0.0, argument,
          "a finite number above 0", value);
}

void at_least_one(const std::string& argument, double value) {
  require(std::isfinite(value) && value >= 1.0, argument,
          "a finite number of at least 1", value);
}

void one_of(const std::string& argument, const std::string& value,
            const std::vector<std::string>& choices) {
  std::string known;
  for (const auto& choice : choices) {
    if (value == choice) return;
    known += (known.empty() ? "\"" : ", \"") + choice + "\"";
  }
  require(false, argument, "one of " + known, "\"" + value + "\"");
}

void validate_split(const TrainOptions& o) {
  if (o.train_size)
    require(*o.train_size > 0.0 && *o.train_size <= 1.0, "train_size",
            "above 0 and at most 1", *o.train_size);
  if (!o.validation_size) return;
  require(*o.validation_size >= 0.0 && *o.validation_size < 1.0,
          "validation_size", "at least 0 and below 1", *o.validation_size);
  const double train = o.train_size.value_or(0.9);
  require(train + *o.validation_size <= 1.0 + 1e-9, "validation_size",
          "at most 1 - `train_size`", *o.validation_size);
}

void validate_kl_warmup(const TrainOptions& o) {
  at_least(0, "n_epochs_kl_warmup", o.n_epochs_kl_warmup);
  at_least(0, "n_steps_kl_warmup", o.n_steps_kl_warmup);
  not_negative("min_kl_weight", o.min_kl_weight);
  not_negative("max_kl_weight", o.max_kl_weight);
  require(o.min_kl_weight <= o.max_kl_weight, "min_kl_weight",
          "at most `max_kl_weight`", o.min_kl_weight);
}

void validate_lr_schedule(const TrainOptions& o) {
  at_least(0, "lr_warmup_steps", o.lr_warmup_steps);
  require(o.pct_start >= 0.0 && o.pct_start <= 1.0, "pct_start", "from 0 to 1",
          o.pct_start);
  at_least_one("div_factor", o.div_factor);
  at_least_one("final_div_factor", o.final_div_factor);
  at_least(1, "lr_step_size", o.lr_step_size);
  require(o.lr_gamma > 0.0 && o.lr_gamma <= 1.0, "lr_gamma",
          "above 0 and at most 1", o.lr_gamma);
  if (o.lr_schedule == LrSchedule::kOneCycle && o.lr_warmup_steps > 0)
    throw ArgumentError("lr_warmup_steps",
                        "`lr_schedule = \"one-cycle\"` has a warm-up of its "
                        "own, see `pct_start`; leave out `lr_warmup_steps`.");
  const bool scheduled =
      o.lr_schedule != LrSchedule::kConstant || o.lr_warmup_steps > 0;
  if (o.reduce_lr_on_plateau && scheduled)
    throw ArgumentError("reduce_lr_on_plateau",
                        "The learning rate follows a schedule (`lr_schedule`, "
                        "`lr_warmup_steps`) or falls on a plateau "
                        "(`reduce_lr_on_plateau`), not both.");
}

const std::vector<std::string>& monitors() {
  static const std::vector<std::string> names{
      "elbo_validation", "reconstruction_loss_validation",
      "kl_local_validation", "validation_loss"};
  return names;
}

}  // namespace

namespace core {

void validate(const ModelOptions& o) {
  at_least(1, "n_genes", o.n_genes);
  at_least(1, "n_batch", o.n_batch);
  at_least(1, "n_labels", o.n_labels);
  for (const auto levels : o.n_cats_per_cov)
    at_least(1, "categorical_covariates", levels);
  at_least(0, "n_continuous_cov", o.n_continuous_cov);
  at_least(1, "n_hidden", o.n_hidden);
  at_least(1, "n_latent", o.n_latent);
  at_least(1, "n_layers", o.n_layers);
  at_least(1, "batch_embedding_dim", o.batch_embedding_dim);
  require(o.dropout_rate >= 0.0 && o.dropout_rate < 1.0, "dropout_rate",
          "at least 0 and below 1", o.dropout_rate);
  if (o.decoder == DecoderKind::kLinear && o.use_size_factor)
    throw ArgumentError("size_factor",
                        "A linear decoder has no size factors: it scales by "
                        "the library size. Leave out `size_factor` or use "
                        "`decoder = \"nonlinear\"`.");
}

void validate(const TrainOptions& o) {
  at_least(1, "max_epochs", o.max_epochs);
  at_least(1, "max_steps", o.max_steps);
  at_least(1, "batch_size", o.batch_size);
  at_least(1, "limit_train_batches", o.limit_train_batches);
  at_least(1, "limit_val_batches", o.limit_val_batches);
  validate_split(o);
  at_least(1, "shuffle_block_size", o.shuffle_block_size);
  not_negative("lr", o.lr);
  positive("eps", o.eps);
  not_negative("weight_decay", o.weight_decay);
  if (o.gradient_clip_val) positive("gradient_clip_val", *o.gradient_clip_val);
  validate_kl_warmup(o);
  validate_lr_schedule(o);
  if (o.ema_decay)
    require(*o.ema_decay >= 0.0 && *o.ema_decay < 1.0, "ema_decay",
            "at least 0 and below 1", *o.ema_decay);
  require(o.lr_factor > 0.0 && o.lr_factor < 1.0, "lr_factor",
          "above 0 and below 1", o.lr_factor);
  at_least(0, "lr_patience", o.lr_patience);
  not_negative("lr_threshold", o.lr_threshold);
  not_negative("lr_min", o.lr_min);
  at_least(0, "early_stopping_patience", o.early_stopping_patience);
  at_least(1, "early_stopping_patience_steps", o.early_stopping_patience_steps);
  at_least(0, "early_stopping_warmup_epochs", o.early_stopping_warmup_epochs);
  not_negative("early_stopping_min_delta", o.early_stopping_min_delta);
  one_of("early_stopping_mode", o.early_stopping_mode, {"min", "max"});
  one_of("early_stopping_monitor", o.early_stopping_monitor, monitors());
  one_of("lr_scheduler_metric", o.lr_scheduler_metric, monitors());
  at_least(1, "check_val_every_n_epoch", o.check_val_every_n_epoch);
  at_least(1, "checkpoint_every", o.checkpoint_every);
  one_of("checkpointing_monitor", o.checkpointing_monitor, monitors());
  at_least(0, "n_batch_reference", o.freeze.n_batch_reference);
  at_least(0, "n_labels_reference", o.freeze.n_labels_reference);
}

}  // namespace core
}  // namespace scvigor
