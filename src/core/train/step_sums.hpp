#ifndef SCVIGOR_CORE_TRAIN_STEP_SUMS_HPP
#define SCVIGOR_CORE_TRAIN_STEP_SUMS_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/step_outcome.hpp"
#include "train/history.hpp"

namespace scvigor {

// What the steps of an epoch add up on the model's device, so that the host
// asks for it once per epoch.
class StepSums {
 public:
  struct Values {
    EpochSums sums;  // of the steps that were made, without n_cells
    std::int64_t n_steps = 0;
    bool finite = true;        // else a step was not made, nor any after it
    double failed_loss = 0.0;  // of that step
  };

  explicit StepSums(at::Device device);

  void reset();
  void add(const StepOutcome& step);
  // A number of the device, 0 from the first step on that is not finite.
  const at::Tensor& finite() const { return finite_; }
  // Waits for the device.
  Values read() const;
  // Whether a step is known to have failed, without waiting: on another device
  // than the CPU it never is.
  bool has_failed() const;

 private:
  at::Tensor totals_;
  at::Tensor finite_;  // one of them
};

}  // namespace scvigor

#endif
