#ifndef SCVIGOR_CORE_TRAIN_TRAINER_HPP
#define SCVIGOR_CORE_TRAIN_TRAINER_HPP

#include <optional>
#include <string>
#include <vector>

#include "data/loader.hpp"
#include "data/sampler.hpp"
#include "model/vae.hpp"
#include "scvigor/train.hpp"
#include "train/communicator.hpp"
#include "train/history.hpp"
#include "train/schedule.hpp"
#include "train/training_step.hpp"
#include "train/weight_average.hpp"

namespace scvigor {

// Minimizes the negative ELBO over minibatches. Resumable: run() continues
// where the last call stopped, also in another process (checkpoint.cpp). With
// a Communicator of several processes, the gradient of a step is their mean,
// and all of them start with the weights of the first.
class Trainer {
 public:
  Trainer(Vae& vae, const Cells& cells, const Split& split,
          const TrainOptions& options, std::uint64_t seed, const Hooks& hooks,
          Communicator& communicator);

  StopReason run(std::int64_t until_epoch);

  // The state after the last complete epoch.
  TrainingState capture();
  void restore(const TrainingState& state);
  // Loads the weights of the best epoch, if there is one. Returns that epoch,
  // or 0.
  std::int64_t load_best();
  // Loads the average of the weights, if there is one.
  void load_average();

  std::int64_t epochs() const { return epoch_; }
  std::int64_t steps() const { return step_; }
  History history() const { return recorder_.history(); }

 private:
  // False: interrupted.
  bool train_epoch();
  bool validate_epoch();
  // Adds the columns whose names end in `suffix` to the history.
  bool validate_weights(const std::string& suffix);
  std::int64_t n_train() const;
  std::vector<std::int64_t> validation_ends() const;
  // Throw a NumericError if a number is not finite (finite.cpp). A step with
  // such a loss or gradient has changed nothing.
  void check_steps(const StepSums::Values& steps) const;
  void check_weights() const;
  [[noreturn]] void fail(const std::string& what, std::int64_t epoch) const;
  bool validation_is_due() const;
  void save_best();
  State average_state();
  // Learning rate and early stopping; true: stop.
  bool update_schedules();
  void report(std::int64_t until_epoch) const;
  void checkpoint(std::int64_t until_epoch);
  bool interrupted() const;

  Vae& vae_;
  Split split_;  // the training cells as they were at first
  TrainOptions options_;
  Hooks hooks_;
  Communicator& communicator_;
  std::uint64_t seed_;
  double lr_;
  Loader loader_;
  Sampler sampler_;  // of the training cells
  TrainingStep training_step_;
  std::optional<WeightAverage> average_;  // with ema_decay
  PlateauSchedule plateau_;
  EarlyStopping stopping_;
  Recorder recorder_;
  BestEpoch best_;
  std::int64_t check_val_every_;
  std::int64_t epoch_ = 0;    // completed epochs
  std::int64_t step_ = 0;     // completed steps
  std::int64_t n_steps_ = 0;  // of the whole run
  bool stopped_ = false;      // by early stopping
};

}  // namespace scvigor

#endif
