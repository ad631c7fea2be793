#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/lazy_logits.hpp"
#include "scvigor/choices.hpp"
#include "util/sparse_counts.hpp"

namespace scvigor {

// How scale logits become px_scale: rho = softmax over the genes of a cell,
// or softplus of each (with size factors).
enum class ScaleActivation { kSoftmax, kSoftplus };

// What the decoder says of a minibatch of n cells. LazyLogits that are products
// have the same hidden units.
struct LikelihoodInput {
  LazyLogits scale_logits;    // n x genes
  LazyLogits dropout_logits;  // n x genes, pi; undefined but for zinb
  LazyLogits log_theta;       // px_r: a row for all cells, a row each, or the
                         // rows that theta_row names; undefined for poisson
  at::Tensor theta_row;    // int64 (n): the row of log_theta of each cell
  at::Tensor log_factor;   // n x 1: mu = exp(log_factor) * px_scale
  at::Tensor cell_weight;  // n: what a cell counts in the mean; undefined: 1/n
  ScaleActivation activation = ScaleActivation::kSoftmax;
  GeneLikelihood likelihood = GeneLikelihood::kZinb;
};

// The same with the products made: for those who ask many times.
LikelihoodInput multiplied_out(LikelihoodInput input);

// -log p(x | mu, theta, pi), for zinb, nb and poisson.
struct CountLoss {
  at::Tensor per_cell;  // n, without a gradient
  at::Tensor mean;      // over the cells, differentiable by all of the input
};

// The decoder's heads, the softmax and the likelihood in one go, some cells
// at a time, so that their logits stay in the cache: products, one pass over
// the genes of a cell for the terms of a zero count, loss and gradient
// together, the terms that need lgamma and digamma at non-zero counts only,
// and the products of the gradients. The backward pass hands them out.
CountLoss count_loss(const LikelihoodInput& input, const SparseCounts& x);

// The same from plain tensors: for tests, devices without a kernel, and the
// normal likelihood.
CountLoss count_loss_reference(const LikelihoodInput& input,
                               const SparseCounts& x);

}  // namespace scvigor

#endif
