#ifndef SCVIGOR_CORE_TRAIN_TRAINER_HPP
#define SCVIGOR_CORE_TRAIN_TRAINER_HPP

#include <optional>
#include <vector>

#include "data/minibatch.hpp"
#include "model/vae.hpp"
#include "scvigor/train.hpp"
#include "train/history.hpp"
#include "train/optimizer.hpp"
#include "train/schedule.hpp"

namespace scvigor {

// Minimises the negative ELBO over minibatches. Resumable: run() goes on from
// where the last one stopped.
class Trainer {
 public:
  Trainer(Vae& vae, const Cells& cells, const Split& split,
          const TrainOptions& options, std::uint64_t seed, const Hooks& hooks);

  StopReason run(std::int64_t until_epoch);

  std::int64_t epochs() const { return epoch_; }
  std::int64_t steps() const { return step_; }
  History history() const { return recorder_.history(); }

 private:
  // False: interrupted.
  bool train_epoch();
  bool validate_epoch();
  // One gradient step; the sums over its cells.
  EpochSums train_step(const Minibatch& batch, double kl_weight);
  // Throws on a loss that is no number, the statistics put back.
  void check_finite(double loss);
  bool validation_is_due() const;
  // Learning rate and early stopping; true: stop.
  bool adapt();
  void report(std::int64_t until_epoch) const;
  bool interrupted() const;

  Vae& vae_;
  Split split_;
  TrainOptions options_;
  Hooks hooks_;
  std::uint64_t seed_;
  Loader loader_;
  Rng rng_;
  AdamOptimizer optimizer_;
  // BatchNorm's statistics, now and before the step under way: a pass over a
  // minibatch changes them before its loss is known.
  std::vector<at::Tensor> buffers_;
  std::vector<at::Tensor> buffers_before_;
  PlateauSchedule plateau_;
  EarlyStopping stopping_;
  Recorder recorder_;
  std::int64_t check_val_every_;
  std::int64_t epoch_ = 0;  // epochs done
  std::int64_t step_ = 0;   // steps done
};

}  // namespace scvigor

#endif
