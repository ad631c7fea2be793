#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_PASS_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_PASS_HPP

#include <ATen/core/Tensor.h>

#include <array>

#include "kernels/count_loss.hpp"

namespace scvigor {

// The tensors that count_loss() is differentiable by, in this order: hidden;
// value, weight and bias of scale, dropout and log theta; log factor.
constexpr std::size_t kCountLossInputs = 11;
using CountLossTensors = std::array<at::Tensor, kCountLossInputs>;
using CountLossWanted = std::array<bool, kCountLossInputs>;

CountLossTensors inputs_of(const LikelihoodInput& in);

struct CountLossResults {
  at::Tensor per_cell;     // n
  at::Tensor mean;         // a number
  CountLossTensors grads;  // of the mean, where wanted
};

// Loss and gradients together. Products only in float32.
CountLossResults run_count_loss_pass(const LikelihoodInput& in,
                                     const SparseCounts& x,
                                     const CountLossWanted& wanted);

}  // namespace scvigor

#endif
