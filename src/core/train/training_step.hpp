#ifndef SCVIGOR_CORE_TRAIN_TRAINING_STEP_HPP
#define SCVIGOR_CORE_TRAIN_TRAINING_STEP_HPP

#include <cstdint>

#include "data/minibatch.hpp"
#include "kernels/tape.hpp"
#include "model/vae.hpp"
#include "train/communicator.hpp"
#include "train/optimizer.hpp"
#include "train/statistics_bucket.hpp"
#include "train/step_sums.hpp"

namespace scvigor {

// What a step depends on, beside the weights.
struct StepInputs {
  Minibatch cells;  // on the model's device
  double kl_weight = 1.0;
  double lr = 1e-3;
  std::uint64_t step = 0;  // counter of the random numbers
};

// One gradient step: forward pass, backward pass, Adam. enqueue() is work for
// the model's device and asks it for nothing, so that the host is steps ahead
// of a GPU; what steps add up is in sums(). A step whose loss or gradients are
// not finite changes neither weights nor statistics, and so does any step after
// it, until the sums are reset. On the CPU, where work is done at once, the
// code is the same.
class TrainingStep {
 public:
  // What `freeze` freezes is not trained.
  TrainingStep(Vae& vae, const TrainOptions& options, std::uint64_t seed,
               Communicator& communicator);

  void enqueue(const StepInputs& inputs);

  StepSums& sums() { return sums_; }
  AdamOptimizer& optimizer() { return optimizer_; }
  const AdamOptimizer& optimizer() const { return optimizer_; }

 private:
  void update(const LossTerms& terms, const Tape::Sum& loss, double kl_weight);

  Vae& vae_;
  MatmulPrecision matmul_precision_;
  Communicator& communicator_;
  Rng rng_;  // of noise and dropout, by step
  AdamOptimizer optimizer_;
  StatisticsBucket statistics_;
  StepSums sums_;
  Tape::Workspace workspace_;
};

}  // namespace scvigor

#endif
