#ifndef SCVIGOR_CORE_KERNELS_LIKELIHOOD_INPUT_HPP
#define SCVIGOR_CORE_KERNELS_LIKELIHOOD_INPUT_HPP

#include <ATen/core/Tensor.h>

#include "distributions/likelihood.hpp"
#include "kernels/lazy_logits.hpp"

namespace scvigor {

// How scale logits become px_scale: softmax over the genes of a cell, or
// softplus of each logit (with size factors).
enum class ScaleActivation { kSoftmax, kSoftplus };

// The decoder's output for n cells, from which the likelihood's parameters
// follow. Deferred logits all have the same hidden units.
struct LikelihoodInput {
  LazyLogits scale_logits;    // n x genes
  LazyLogits dropout_logits;  // n x genes, pi; undefined except for zinb
  LazyLogits log_theta;       // px_r: 1 row for all cells, one row per cell, or
                              // the rows that theta_row indexes; undefined for
                              // poisson
  at::Tensor theta_row;       // int64 (n): the row of log_theta of each cell
  at::Tensor log_factor;      // n x 1: mu = exp(log_factor) * px_scale
  at::Tensor cell_weight;  // n: weight of a cell in the mean; undefined: 1 / n
  ScaleActivation activation = ScaleActivation::kSoftmax;
  GeneLikelihood likelihood = GeneLikelihood::kZinb;
};

// The same with all products computed, for callers that need them repeatedly.
LikelihoodInput materialize_logits(LikelihoodInput input);

// rho = softmax(logits) or softplus(logits), n x genes.
at::Tensor px_scale_of(const at::Tensor& logits, ScaleActivation activation);

// All parameters, by plain tensor operations.
LikelihoodParameters parameters_of(const LikelihoodInput& input);

}  // namespace scvigor

#endif
