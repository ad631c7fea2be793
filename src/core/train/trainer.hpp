#ifndef SCVIGOR_CORE_TRAIN_TRAINER_HPP
#define SCVIGOR_CORE_TRAIN_TRAINER_HPP

#include <string>
#include <vector>

#include "data/minibatch.hpp"
#include "model/vae.hpp"
#include "scvigor/train.hpp"
#include "train/communicator.hpp"
#include "train/history.hpp"
#include "train/optimizer.hpp"
#include "train/schedule.hpp"

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
  TrainingState capture() const;
  void restore(const TrainingState& state);
  // Loads the weights of the best epoch, if there is one. Returns that epoch,
  // or 0.
  std::int64_t load_best();

  std::int64_t epochs() const { return epoch_; }
  std::int64_t steps() const { return step_; }
  History history() const { return recorder_.history(); }

 private:
  // False: interrupted.
  bool train_epoch();
  bool validate_epoch();
  // One gradient step; the sums over its cells.
  EpochSums train_step(const Minibatch& batch, double kl_weight);
  // Restores BatchNorm's statistics from before the current step.
  void restore_statistics();
  // Throw a NumericError if a number is not finite (finite.cpp). The first two
  // are called before a step changes the weights and restore the statistics.
  void check_loss(double loss);
  void check_gradients();
  void check_weights() const;
  [[noreturn]] void fail(const std::string& what, std::int64_t epoch) const;
  bool validation_is_due() const;
  void save_best();
  // Learning rate and early stopping; true: stop.
  bool update_schedules();
  void report(std::int64_t until_epoch) const;
  void checkpoint(std::int64_t until_epoch) const;
  bool interrupted() const;

  Vae& vae_;
  Split split_;
  TrainOptions options_;
  Hooks hooks_;
  Communicator& communicator_;
  std::uint64_t seed_;
  Loader loader_;
  Rng rng_;          // of noise and dropout, by step
  Rng shuffle_rng_;  // by epoch
  AdamOptimizer optimizer_;
  TensorPool pool_;  // buffers of a step
  // BatchNorm's statistics, now and before the current step: a pass over a
  // minibatch changes them before its loss is known.
  std::vector<at::Tensor> buffers_;
  std::vector<at::Tensor> buffers_before_;
  PlateauSchedule plateau_;
  EarlyStopping stopping_;
  Recorder recorder_;
  BestEpoch best_;
  std::int64_t check_val_every_;
  std::int64_t epoch_ = 0;  // completed epochs
  std::int64_t step_ = 0;   // completed steps
  bool stopped_ = false;    // by early stopping
};

}  // namespace scvigor

#endif
