#ifndef SCVIGOR_CORE_NN_LINEAR_HPP
#define SCVIGOR_CORE_NN_LINEAR_HPP

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

#include <cstdint>
#include <string>
#include <vector>

#include "data/minibatch.hpp"
#include "nn/state.hpp"
#include "util/rng.hpp"

namespace scvigor {

// Of one-hot covariates: int64 (n) each.
using Codes = c10::SmallVector<at::Tensor, 4>;

// The input of a layer: the concatenation of up to three kinds of input, never
// materialized as one dense matrix.
struct LayerInput {
  const SparseCounts* counts = nullptr;  // n x genes, transformed counts
  at::Tensor dense;                      // n x d; undefined: none
  Codes codes;                           // one-hot covariates
};

// y = x W + b for such an input. W is stored in blocks of inputs x outputs, one
// per kind of input and one per covariate, in the order of LayerInput: a
// one-hot column is then a row look-up, and blocks can be frozen individually.
class Linear {
 public:
  struct Shape {
    std::int64_t n_counts = 0;
    std::int64_t n_dense = 0;
    std::vector<std::int64_t> n_levels;  // of each covariate
    std::int64_t n_out = 0;
    bool bias = true;
  };

  // torch.nn.Linear's initialization: uniform within 1 / sqrt(inputs).
  Linear(const Shape& shape, const at::TensorOptions& options, Rng& rng);

  // Without the bias if `with_bias` is false: a BatchNorm then adds it.
  at::Tensor forward(const LayerInput& input, bool with_bias = true) const;
  void list_state(const StateScope& scope, StateList& out) const;

  // Inputs x outputs of one block, in the order of LayerInput.
  const std::vector<at::Tensor>& blocks() const { return blocks_; }
  const at::Tensor& bias() const { return bias_; }

 private:
  bool has_counts_;
  bool has_dense_;
  std::vector<at::Tensor> blocks_;
  at::Tensor bias_;  // outputs; undefined: none
};

}  // namespace scvigor

#endif
