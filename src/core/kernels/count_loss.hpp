#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>

#include "kernels/likelihood_input.hpp"
#include "util/sparse_counts.hpp"

namespace scvigor {

// -log p(x | mu, theta, pi), the reconstruction loss: the decoder's heads, the
// activation of px_scale and the likelihood in one.
struct CountLoss {
  at::Tensor per_cell;  // n, without a gradient
  at::Tensor mean;      // over the cells, weighted; differentiable
};
CountLoss count_loss(const LikelihoodInput& input, const SparseCounts& x);

// The tensors w.r.t. which the mean is differentiable: hidden; value, weight
// and bias of the logits of scale, dropout and log theta; log factor. In this
// order, undefined where the input has none.
constexpr std::size_t kCountLossInputs = 11;
using CountLossTensors = std::array<at::Tensor, kCountLossInputs>;
using CountLossMask = std::array<bool, kCountLossInputs>;
CountLossTensors differentiable_inputs(const LikelihoodInput& input);

// What a backend computes.
struct CountLossResults {
  at::Tensor per_cell;     // n
  at::Tensor mean;         // a number
  CountLossTensors grads;  // of the mean, where needed
};

}  // namespace scvigor

#endif
