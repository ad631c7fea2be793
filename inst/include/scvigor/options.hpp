#ifndef SCVIGOR_OPTIONS_HPP
#define SCVIGOR_OPTIONS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scvigor/choices.hpp"

namespace scvigor {

// Names, meaning and defaults are those of scvi-tools. To add an option: a
// member here and a line in its visit_options(); bindings, saved files and
// show() then have it too.

// The architecture and the generative model, which the weights depend on.
struct ModelOptions {
  // From the data.
  std::int64_t n_genes = 0;
  std::int64_t n_batch = 1;
  std::int64_t n_labels = 1;
  std::vector<std::int64_t> n_cats_per_cov;  // levels of each covariate
  std::int64_t n_continuous_cov = 0;
  bool use_size_factor = false;

  // From the user.
  std::int64_t n_hidden = 128;
  std::int64_t n_latent = 10;
  std::int64_t n_layers = 1;
  double dropout_rate = 0.1;
  Dispersion dispersion = Dispersion::kGene;
  GeneLikelihood gene_likelihood = GeneLikelihood::kZinb;
  LatentDistribution latent_distribution = LatentDistribution::kNormal;
  bool use_observed_lib_size = true;
  bool encode_covariates = false;
  bool deeply_inject_covariates = true;
  NormPlacement use_batch_norm = NormPlacement::kBoth;
  NormPlacement use_layer_norm = NormPlacement::kNone;
  bool log_variational = true;
  BatchRepresentation batch_representation = BatchRepresentation::kOneHot;
  std::int64_t batch_embedding_dim = 5;
  VarActivation var_activation = VarActivation::kExp;
  DecoderKind decoder = DecoderKind::kNonlinear;
  bool linear_decoder_bias = false;
  Precision precision = Precision::kFloat32;
};

template <class Options, class Visitor>
void visit_model_options(Options& o, Visitor&& visit) {
  visit("n_genes", o.n_genes);
  visit("n_batch", o.n_batch);
  visit("n_labels", o.n_labels);
  visit("n_cats_per_cov", o.n_cats_per_cov);
  visit("n_continuous_cov", o.n_continuous_cov);
  visit("use_size_factor", o.use_size_factor);
  visit("n_hidden", o.n_hidden);
  visit("n_latent", o.n_latent);
  visit("n_layers", o.n_layers);
  visit("dropout_rate", o.dropout_rate);
  visit("dispersion", o.dispersion);
  visit("gene_likelihood", o.gene_likelihood);
  visit("latent_distribution", o.latent_distribution);
  visit("use_observed_lib_size", o.use_observed_lib_size);
  visit("encode_covariates", o.encode_covariates);
  visit("deeply_inject_covariates", o.deeply_inject_covariates);
  visit("use_batch_norm", o.use_batch_norm);
  visit("use_layer_norm", o.use_layer_norm);
  visit("log_variational", o.log_variational);
  visit("batch_representation", o.batch_representation);
  visit("batch_embedding_dim", o.batch_embedding_dim);
  visit("var_activation", o.var_activation);
  visit("decoder", o.decoder);
  visit("linear_decoder_bias", o.linear_decoder_bias);
  visit("precision", o.precision);
}
template <class Visitor>
void visit_options(ModelOptions& o, Visitor&& visit) {
  visit_model_options(o, visit);
}
template <class Visitor>
void visit_options(const ModelOptions& o, Visitor&& visit) {
  visit_model_options(o, visit);
}

// Which weights are trained when a reference model is adapted to a query
// (scArches, Lotfollahi et al. 2022). Without `unfrozen`: the one-hot columns
// of all covariates, the BatchNorm of the decoder, the library encoder, and the
// weights of levels that only the query has; the switches change that.
struct FreezeOptions {
  bool unfrozen = true;  // everything is trained
  bool freeze_dropout = false;
  bool freeze_expression = true;
  bool freeze_decoder_first_layer = true;
  bool freeze_batchnorm_encoder = true;
  bool freeze_batchnorm_decoder = false;
  // The encoders are frozen and not evaluated: z is drawn from the posterior
  // given with the cells.
  bool update_only_decoder = false;
  // Levels of the reference: their rows of the batch embedding and of the
  // dispersions are frozen.
  std::int64_t n_batch_reference = 0;
  std::int64_t n_labels_reference = 0;
};

template <class Options, class Visitor>
void visit_freeze_options(Options& o, Visitor&& visit) {
  visit("unfrozen", o.unfrozen);
  visit("freeze_dropout", o.freeze_dropout);
  visit("freeze_expression", o.freeze_expression);
  visit("freeze_decoder_first_layer", o.freeze_decoder_first_layer);
  visit("freeze_batchnorm_encoder", o.freeze_batchnorm_encoder);
  visit("freeze_batchnorm_decoder", o.freeze_batchnorm_decoder);
  visit("update_only_decoder", o.update_only_decoder);
  visit("n_batch_reference", o.n_batch_reference);
  visit("n_labels_reference", o.n_labels_reference);
}

// How the weights are trained. An empty optional is scvi-tools' None.
struct TrainOptions {
  std::optional<std::int64_t> max_epochs;  // empty: default_max_epochs()
  // A step is one minibatch. Empty: as many as the epochs take.
  std::optional<std::int64_t> max_steps;
  std::int64_t batch_size = 128;
  // Minibatches of an epoch and of a validation; empty: all.
  std::optional<std::int64_t> limit_train_batches;
  std::optional<std::int64_t> limit_val_batches;
  std::optional<double> train_size;       // empty: 0.9
  std::optional<double> validation_size;  // empty: the rest
  bool shuffle_set_split = true;
  bool drop_last = false;
  // Neighbors in a file that stay together while the order of an epoch is
  // drawn, see data/sampler.hpp; empty: 1, any order is as likely.
  std::optional<std::int64_t> shuffle_block_size;

  Optimizer optimizer = Optimizer::kAdam;
  double lr = 1e-3;
  double weight_decay = 1e-6;
  double eps = 0.01;
  std::optional<double> gradient_clip_val;  // empty: no clipping

  // Of products of float32 matrices in gradient steps: exact, or rounded to
  // bfloat16 where the processor multiplies those faster. Names as PyTorch's.
  MatmulPrecision matmul_precision = MatmulPrecision::kHighest;

  std::optional<std::int64_t> n_epochs_kl_warmup = 400;
  std::optional<std::int64_t> n_steps_kl_warmup;
  double min_kl_weight = 0.0;
  double max_kl_weight = 1.0;

  // The learning rate of a step, see train/schedule.hpp. The schedules that end
  // do so with the last step of the run.
  LrSchedule lr_schedule = LrSchedule::kConstant;
  std::int64_t lr_warmup_steps = 0;  // linear, from lr / lr_warmup_steps
  // "one-cycle", as torch's OneCycleLR with cosines.
  double pct_start = 0.3;
  double div_factor = 25.0;
  double final_div_factor = 1e4;
  // "step", as torch's StepLR, in steps.
  std::int64_t lr_step_size = 1000;
  double lr_gamma = 0.3;

  // Of an exponential moving average of the weights, per step; empty: none.
  std::optional<double> ema_decay;

  bool reduce_lr_on_plateau = false;
  double lr_factor = 0.6;
  std::int64_t lr_patience = 30;
  double lr_threshold = 0.0;
  std::string lr_scheduler_metric = "elbo_validation";
  double lr_min = 0.0;

  bool early_stopping = false;
  std::string early_stopping_monitor = "elbo_validation";
  double early_stopping_min_delta = 0.0;
  std::int64_t early_stopping_patience = 45;
  // Instead of epochs; empty: epochs.
  std::optional<std::int64_t> early_stopping_patience_steps;
  std::string early_stopping_mode = "min";
  std::int64_t early_stopping_warmup_epochs = 0;

  // Empty: every epoch if an option monitors the validation set, else never.
  std::optional<std::int64_t> check_val_every_n_epoch;

  std::int64_t checkpoint_every = 10;  // epochs
  bool load_best_on_end = false;
  std::string checkpointing_monitor = "elbo_validation";

  FreezeOptions freeze;
};

template <class Options, class Visitor>
void visit_train_options(Options& o, Visitor&& visit) {
  visit("max_epochs", o.max_epochs);
  visit("max_steps", o.max_steps);
  visit("batch_size", o.batch_size);
  visit("limit_train_batches", o.limit_train_batches);
  visit("limit_val_batches", o.limit_val_batches);
  visit("train_size", o.train_size);
  visit("validation_size", o.validation_size);
  visit("shuffle_set_split", o.shuffle_set_split);
  visit("drop_last", o.drop_last);
  visit("shuffle_block_size", o.shuffle_block_size);
  visit("optimizer", o.optimizer);
  visit("lr", o.lr);
  visit("weight_decay", o.weight_decay);
  visit("eps", o.eps);
  visit("gradient_clip_val", o.gradient_clip_val);
  visit("matmul_precision", o.matmul_precision);
  visit("n_epochs_kl_warmup", o.n_epochs_kl_warmup);
  visit("n_steps_kl_warmup", o.n_steps_kl_warmup);
  visit("min_kl_weight", o.min_kl_weight);
  visit("max_kl_weight", o.max_kl_weight);
  visit("lr_schedule", o.lr_schedule);
  visit("lr_warmup_steps", o.lr_warmup_steps);
  visit("pct_start", o.pct_start);
  visit("div_factor", o.div_factor);
  visit("final_div_factor", o.final_div_factor);
  visit("lr_step_size", o.lr_step_size);
  visit("lr_gamma", o.lr_gamma);
  visit("ema_decay", o.ema_decay);
  visit("reduce_lr_on_plateau", o.reduce_lr_on_plateau);
  visit("lr_factor", o.lr_factor);
  visit("lr_patience", o.lr_patience);
  visit("lr_threshold", o.lr_threshold);
  visit("lr_scheduler_metric", o.lr_scheduler_metric);
  visit("lr_min", o.lr_min);
  visit("early_stopping", o.early_stopping);
  visit("early_stopping_monitor", o.early_stopping_monitor);
  visit("early_stopping_min_delta", o.early_stopping_min_delta);
  visit("early_stopping_patience", o.early_stopping_patience);
  visit("early_stopping_patience_steps", o.early_stopping_patience_steps);
  visit("early_stopping_mode", o.early_stopping_mode);
  visit("early_stopping_warmup_epochs", o.early_stopping_warmup_epochs);
  visit("check_val_every_n_epoch", o.check_val_every_n_epoch);
  visit("checkpoint_every", o.checkpoint_every);
  visit("load_best_on_end", o.load_best_on_end);
  visit("checkpointing_monitor", o.checkpointing_monitor);
  visit_freeze_options(o.freeze, visit);
}
template <class Visitor>
void visit_options(TrainOptions& o, Visitor&& visit) {
  visit_train_options(o, visit);
}
template <class Visitor>
void visit_options(const TrainOptions& o, Visitor&& visit) {
  visit_train_options(o, visit);
}

// Throw an ArgumentError for a value out of range or an invalid combination.
// Called whenever a model is constructed or trained.
void validate(const ModelOptions& options);
void validate(const TrainOptions& options);

// min(400, round(20000 / n_cells * 400)), at least 1.
std::int64_t default_max_epochs(std::int64_t n_cells);

// Minibatches of an epoch in which n_cells train.
std::int64_t steps_per_epoch(std::int64_t n_cells, const TrainOptions& options);

// What a recipe is for, and what has been decided about it.
struct RecipeRequest {
  Recipe recipe = Recipe::kScviTools;
  std::int64_t n_train = 0;    // cells that are trained on
  bool has_validation = true;  // whether cells are held out
  std::optional<std::int64_t> batch_size;
  std::optional<std::int64_t> max_epochs;
  std::optional<std::int64_t> max_steps;
};

// The options of a recipe; the defaults are those of kScviTools.
TrainOptions recipe_options(const RecipeRequest& request);

}  // namespace scvigor

#endif
