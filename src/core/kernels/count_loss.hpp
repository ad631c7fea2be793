#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "data/minibatch.hpp"
#include "scvigor/choices.hpp"

namespace scvigor {

// How scale logits become px_scale: rho = softmax over the genes of a cell,
// or softplus of each (with size factors).
enum class ScaleActivation { kSoftmax, kSoftplus };

// What the decoder says of a minibatch of n cells.
struct CountLossInput {
  at::Tensor scale_logits;    // n x genes
  at::Tensor dropout_logits;  // n x genes, pi; undefined but for zinb
  at::Tensor log_theta;       // rows x genes, px_r; undefined for poisson
  at::Tensor theta_row;       // int64 (n): the row of log_theta of each cell;
                              // undefined: row 0 for all
  at::Tensor log_factor;      // n x 1: mu = exp(log_factor) * px_scale
  ScaleActivation activation = ScaleActivation::kSoftmax;
  GeneLikelihood likelihood = GeneLikelihood::kZinb;
};

// -log p(x | mu, theta, pi) of each cell (n), for zinb, nb and poisson.
// Differentiable by the four tensors of `input`. One pass over the genes of a
// cell computes the terms of a zero count, loss and gradient together; the
// terms that need lgamma and digamma are computed at non-zero counts only.
at::Tensor count_loss(const CountLossInput& input, const SparseCounts& x);

// The same from plain tensors: for tests, devices without a kernel, and the
// normal likelihood.
at::Tensor count_loss_reference(const CountLossInput& input,
                                const SparseCounts& x);

}  // namespace scvigor

#endif
