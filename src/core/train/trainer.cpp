#include "train/trainer.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "data/split.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

void copy_all(const std::vector<at::Tensor>& from,
              std::vector<at::Tensor>& to) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < from.size(); ++i) copy_values(from[i], to[i]);
}

// The ends of the minibatches of n cells. A last one that is too small for
// BatchNorm is merged with the one before it.
std::vector<std::int64_t> minibatch_ends(std::int64_t n,
                                         std::int64_t batch_size,
                                         bool drop_last) {
  std::vector<std::int64_t> ends;
  for (std::int64_t end = batch_size; end < n; end += batch_size)
    ends.push_back(end);
  const auto rest = n - (ends.empty() ? 0 : ends.back());
  const bool incomplete = rest < batch_size;
  if (incomplete && drop_last && !ends.empty()) return ends;
  if (rest < kMinTrainingCells && !ends.empty()) ends.pop_back();
  ends.push_back(n);
  return ends;
}

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

// Freezes the model; returns what the optimizer trains.
const std::vector<TrainableSlice>& freeze(Vae& vae,
                                          const FreezeOptions& options) {
  vae.freeze(options);
  return vae.trainable_slices();
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
      loader_(cells, vae.tensor_options()),
      rng_(derive_seed(seed, SeedUse::kTraining)),
      shuffle_rng_(derive_seed(seed, SeedUse::kShuffle)),
      optimizer_(freeze(vae, options.freeze), options),
      buffers_(vae.state().buffers()),
      plateau_(options),
      stopping_(options),
      check_val_every_(validation_interval(options)) {
  for (const auto& buffer : buffers_) buffers_before_.push_back(buffer.clone());
  if (const std::string option = monitoring_option(options);
      !option.empty() && split.validation.empty())
    throw ArgumentError(option,
                        "There is no validation set to monitor. Use "
                        "`train_size` below 1, or give validation cells.");
}

StopReason Trainer::run(std::int64_t until_epoch) {
  if (stopped_) return StopReason::kEarlyStopping;
  communicator_.broadcast(optimizer_.bucket().weights(), 0);
  while (epoch_ < until_epoch) {
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
  return StopReason::kMaxEpochs;
}

bool Trainer::train_epoch() {
  shuffle_rng_.seek(static_cast<std::uint64_t>(epoch_));
  shuffle_rng_.shuffle(split_.train);
  const auto n = static_cast<std::int64_t>(split_.train.size());
  EpochSums sums;
  double weight = kl_weight(epoch_, step_, options_);
  std::int64_t first = 0;
  for (const auto end :
       minibatch_ends(n, options_.batch_size, options_.drop_last)) {
    if (interrupted()) return false;
    const Minibatch batch =
        loader_.load(split_.train.data() + first, end - first);
    weight = kl_weight(epoch_, step_, options_);
    sums.add(train_step(batch, weight));
    ++step_;
    first = end;
  }
  recorder_.start_epoch(weight, optimizer_.lr());
  recorder_.add_train(sums);
  ++epoch_;
  return true;
}

EpochSums Trainer::train_step(const Minibatch& batch, double weight) {
  rng_.seek(static_cast<std::uint64_t>(step_));
  const Mode mode{true, &rng_};
  optimizer_.zero_grad();
  Tape tape(&pool_, &optimizer_.bucket().gradient_views());
  copy_all(buffers_, buffers_before_);
  const EncoderOutput encoded = vae_.infer(batch, mode);
  const Noise noise = vae_.draw_noise(batch.n_cells(), rng_);
  const LossTerms terms = vae_.loss_terms(batch, encoded, noise, mode);
  const Tape::Sum loss = terms.objective(weight);
  check_loss(Tape::value(loss));
  if (!Tape::wants_grad(loss))
    throw ArgumentError("unfrozen",
                        "Nothing can be trained: everything that changes the "
                        "loss is frozen. Use the model as it is, or unfreeze "
                        "more of it, for instance with "
                        "`freeze_batchnorm_decoder = FALSE` or "
                        "`unfrozen = TRUE`.");

  tape.backward(loss);
  optimizer_.reduce_gradients(communicator_);
  check_gradients();
  optimizer_.step();

  const at::NoGradGuard no_grad;
  return sums_of(terms, weight);
}

void Trainer::restore_statistics() { copy_all(buffers_before_, buffers_); }

bool Trainer::validation_is_due() const {
  return check_val_every_ > 0 && !split_.validation.empty() &&
         epoch_ % check_val_every_ == 0;
}

bool Trainer::validate_epoch() {
  const at::NoGradGuard no_grad;
  const Mode mode{};
  // A stream of its own: validation must not change the training.
  Rng rng(
      derive_seed(derive_draw_seed(seed_, static_cast<std::uint64_t>(epoch_)),
                  SeedUse::kInference));
  const double weight = kl_weight(epoch_ - 1, step_ - 1, options_);
  const auto n = static_cast<std::int64_t>(split_.validation.size());
  EpochSums sums;
  for (std::int64_t first = 0; first < n; first += options_.batch_size) {
    if (interrupted()) return false;
    const auto size = std::min(options_.batch_size, n - first);
    const Minibatch batch =
        loader_.load(split_.validation.data() + first, size);
    const EncoderOutput encoded = vae_.infer(batch, mode);
    const Noise noise = vae_.draw_noise(size, rng);
    sums.add(sums_of(vae_.loss_terms(batch, encoded, noise, mode), weight));
  }
  recorder_.add_validation(sums);
  return true;
}

bool Trainer::update_schedules() {
  if (!validation_is_due()) return false;
  if (options_.reduce_lr_on_plateau)
    optimizer_.set_lr(plateau_.update(
        recorder_.last(options_.lr_scheduler_metric), optimizer_.lr()));
  return options_.early_stopping &&
         stopping_.update(recorder_.last(options_.early_stopping_monitor),
                          epoch_);
}

void Trainer::checkpoint(std::int64_t until_epoch) const {
  if (!hooks_.on_checkpoint) return;
  const bool last = stopped_ || epoch_ >= until_epoch;
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
