#include "train/trainer.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>

#include "data/split.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

EpochSums sums_of(const LossTerms& terms, double kl_weight) {
  const double reconstruction = sum_of(terms.reconstruction_loss);
  const double kl_z = sum_of(terms.kl_z);
  const double kl_l = sum_of(terms.kl_l);
  return {reconstruction + kl_weight * kl_z + kl_l, reconstruction, kl_z + kl_l,
          static_cast<double>(terms.reconstruction_loss.size(0))};
}

// The option that monitors the validation set, or nothing.
std::string monitoring_option(const TrainOptions& o) {
  if (o.early_stopping) return "early_stopping";
  if (o.reduce_lr_on_plateau) return "reduce_lr_on_plateau";
  return o.load_best_on_end ? "load_best_on_end" : "";
}

std::int64_t validation_interval(const TrainOptions& o) {
  if (o.check_val_every_n_epoch) return *o.check_val_every_n_epoch;
  return monitoring_option(o).empty() ? 0 : 1;
}

}  // namespace

Trainer::Trainer(Vae& vae, const Cells& cells, const Split& split,
                 const TrainOptions& options, std::uint64_t seed,
                 const Hooks& hooks, Communicator& communicator)
    : vae_(vae),
      split_(split),
      options_(options),
      hooks_(hooks),
      communicator_(communicator),
      seed_(seed),
      lr_(options.lr),
      loader_(cells, vae.tensor_options()),
      sampler_(cells, split.train, options,
               derive_seed(seed, SeedUse::kShuffle)),
      training_step_(vae, options, derive_seed(seed, SeedUse::kTraining),
                     communicator),
      plateau_(options),
      stopping_(options),
      check_val_every_(validation_interval(options)) {
  if (options.ema_decay)
    average_.emplace(training_step_.optimizer().bucket().weights(),
                     vae.state().buffers(), *options.ema_decay);
  if (const std::string option = monitoring_option(options);
      !option.empty() && split.validation.empty())
    throw ArgumentError(option,
                        "There is no validation set to monitor. Use "
                        "`train_size` below 1, or give validation cells.");
}

StopReason Trainer::run(std::int64_t until_epoch) {
  if (stopped_) return StopReason::kEarlyStopping;
  communicator_.broadcast(training_step_.optimizer().bucket().weights(), 0);
  n_steps_ = core::steps_of_run(n_train(), until_epoch, options_);
  while (epoch_ < until_epoch && step_ < n_steps_) {
    if (!train_epoch()) return StopReason::kInterrupted;
    check_weights();
    if (validation_is_due() && !validate_epoch())
      return StopReason::kInterrupted;
    save_best();
    stopped_ = update_schedules();
    report(until_epoch);
    checkpoint(until_epoch);
    if (stopped_) return StopReason::kEarlyStopping;
  }
  return epoch_ < until_epoch ? StopReason::kMaxSteps : StopReason::kMaxEpochs;
}

bool Trainer::train_epoch() {
  Sampler::Order order = sampler_.order(epoch_);
  const auto ends = minibatch_ends(n_train(), options_);
  Loader::Pass pass(loader_, order.cells, ends, std::move(order.window_ends));
  StepSums& sums = training_step_.sums();
  sums.reset();
  const auto first_step = step_;
  double weight = kl_weight(epoch_, step_, options_);
  std::int64_t n_seen = 0;
  for (const auto end : ends) {
    if (step_ >= n_steps_) break;
    if (interrupted()) return false;
    if (sums.has_failed()) break;
    weight = kl_weight(epoch_, step_, options_);
    if (has_lr_schedule(options_))
      lr_ = learning_rate(step_, n_steps_, options_);
    training_step_.enqueue(
        {*pass.next(), weight, lr_, static_cast<std::uint64_t>(step_)});
    ++step_;
    if (average_) average_->update(step_);
    n_seen = end;
  }
  StepSums::Values steps = sums.read();
  step_ = first_step + steps.n_steps;
  check_steps(steps);
  if (average_) average_->update_now(step_);
  steps.sums.n_cells = static_cast<double>(n_seen);
  recorder_.start_epoch(weight, lr_);
  recorder_.add_train(steps.sums);
  ++epoch_;
  return true;
}

bool Trainer::validation_is_due() const {
  return check_val_every_ > 0 && !split_.validation.empty() &&
         epoch_ % check_val_every_ == 0;
}

bool Trainer::validate_epoch() {
  if (!average_) return validate_weights("");
  if (!validate_weights("_raw")) return false;
  const WeightAverage::Scope scope(*average_);
  return validate_weights("");
}

bool Trainer::validate_weights(const std::string& suffix) {
  const at::NoGradGuard no_grad;
  const Mode mode{};
  // A stream of its own: validation must not change the training.
  Rng rng(
      derive_seed(derive_draw_seed(seed_, static_cast<std::uint64_t>(epoch_)),
                  SeedUse::kInference));
  const double weight = kl_weight(epoch_ - 1, step_ - 1, options_);
  Loader::Pass pass(loader_, split_.validation, validation_ends());
  EpochSums sums;
  while (const auto batch = pass.next()) {
    if (interrupted()) return false;
    const EncoderOutput encoded = vae_.infer(*batch, mode);
    const Noise noise = vae_.draw_noise(batch->n_cells(), rng);
    sums.add(sums_of(vae_.loss_terms(*batch, encoded, noise, mode), weight));
  }
  recorder_.add_validation(sums, suffix);
  return true;
}

std::int64_t Trainer::n_train() const {
  return static_cast<std::int64_t>(sampler_.cells().size());
}

std::vector<std::int64_t> Trainer::validation_ends() const {
  auto n = static_cast<std::int64_t>(split_.validation.size());
  if (options_.limit_val_batches)
    n = std::min(n, *options_.limit_val_batches * options_.batch_size);
  std::vector<std::int64_t> ends;
  for (std::int64_t first = 0; first < n; first += options_.batch_size)
    ends.push_back(std::min(n, first + options_.batch_size));
  return ends;
}

bool Trainer::update_schedules() {
  if (!validation_is_due()) return false;
  if (options_.reduce_lr_on_plateau)
    lr_ = plateau_.update(recorder_.last(options_.lr_scheduler_metric), lr_);
  return options_.early_stopping &&
         stopping_.update(recorder_.last(options_.early_stopping_monitor),
                          epoch_, step_);
}

void Trainer::checkpoint(std::int64_t until_epoch) {
  if (!hooks_.on_checkpoint) return;
  const bool last = stopped_ || epoch_ >= until_epoch || step_ >= n_steps_;
  if (last || epoch_ % options_.checkpoint_every == 0)
    hooks_.on_checkpoint(capture());
}

void Trainer::report(std::int64_t until_epoch) const {
  if (!hooks_.on_epoch) return;
  EpochReport report;
  report.epoch = epoch_;
  report.max_epochs = until_epoch;
  report.train_loss = recorder_.last("train_loss");
  report.elbo_train = recorder_.last("elbo_train");
  report.elbo_validation = recorder_.last("elbo_validation");
  hooks_.on_epoch(report);
}

bool Trainer::interrupted() const {
  return hooks_.interrupted && hooks_.interrupted();
}

}  // namespace scvigor
