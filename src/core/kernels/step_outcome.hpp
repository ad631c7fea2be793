#ifndef SCVIGOR_CORE_KERNELS_STEP_OUTCOME_HPP
#define SCVIGOR_CORE_KERNELS_STEP_OUTCOME_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "kernels/tape.hpp"

namespace scvigor {

// What a training step has computed before it changes the weights.
struct StepOutcome {
  Tape::Sum objective;  // the loss that is differentiated
  double kl_weight;
  at::Tensor reconstruction_loss, kl_z, kl_l;  // n each
  const std::vector<at::Tensor>& gradients;    // those that are checked
};

// The numbers that steps add to, float64 on the model's device.
enum StepTotal : std::int64_t {
  kTotalLoss,            // sum over the cells: reconstruction + kl_weight kl_z
                         // + kl_l
  kTotalReconstruction,  // sum over the cells
  kTotalKlLocal,         // sum over the cells of kl_z + kl_l
  kTotalSteps,           // that were made
  kTotalFinite,          // 1; 0 from the first step on whose loss or gradients
                         // are not finite, and then nothing is added
  kTotalFailedLoss,      // the loss of that step
  kNumStepTotals
};

}  // namespace scvigor

#endif
