// The state of a run as plain data; the best epoch.

#include "model/state_io.hpp"
#include "train/trainer.hpp"

namespace scvigor {

TrainingState Trainer::capture() {
  TrainingState out;
  out.seed = seed_;
  out.epochs = epoch_;
  out.steps = step_;
  out.stopped = stopped_;
  out.lr = lr_;
  out.weights = read_state(vae_.state());
  if (average_) out.average = average_state();
  out.moments = training_step_.optimizer().moments();
  out.plateau = plateau_.monitor();
  out.early_stopping = stopping_.monitor();
  out.best = best_;
  out.split = split_;
  out.split.train = sampler_.cells();
  out.history = recorder_.history();
  return out;
}

void Trainer::restore(const TrainingState& state) {
  seed_ = state.seed;
  epoch_ = state.epochs;
  step_ = state.steps;
  stopped_ = state.stopped;
  lr_ = state.lr;
  if (average_) {
    write_state(vae_.state(),
                state.average.empty() ? state.weights : state.average);
    average_->restart(state.steps);
  }
  write_state(vae_.state(), state.weights);
  training_step_.optimizer().restore(state.moments);
  plateau_.restore(state.plateau);
  stopping_.restore(state.early_stopping);
  best_ = state.best;
  split_ = state.split;
  sampler_.restore(state.split.train);
  recorder_.restore(state.history);
}

void Trainer::save_best() {
  if (!options_.load_best_on_end || !validation_is_due()) return;
  const double value = recorder_.last(options_.checkpointing_monitor);
  if (value < best_.value)
    best_ = {epoch_, value,
             average_ ? average_state() : read_state(vae_.state())};
}

State Trainer::average_state() {
  const WeightAverage::Scope scope(*average_);
  return read_state(vae_.state());
}

void Trainer::load_average() {
  if (average_ && step_ > 0) write_state(vae_.state(), average_state());
}

std::int64_t Trainer::load_best() {
  if (best_.epoch > 0) write_state(vae_.state(), best_.weights);
  return best_.epoch;
}

}  // namespace scvigor
