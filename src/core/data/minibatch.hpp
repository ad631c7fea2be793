#ifndef SCVIGOR_CORE_DATA_MINIBATCH_HPP
#define SCVIGOR_CORE_DATA_MINIBATCH_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "scvigor/counts.hpp"
#include "util/sparse_counts.hpp"

namespace scvigor {

// One minibatch of n cells. Tensors that the model does not need are undefined.
struct Minibatch {
  SparseCounts counts;
  at::Tensor log_library;  // n x 1, log of the total count
  at::Tensor batch;        // int64 (n)
  at::Tensor labels;       // int64 (n)
  at::Tensor categorical;  // int64 n x covariates
  at::Tensor continuous;   // floating n x covariates
  at::Tensor size_factor;  // floating n x 1
  at::Tensor latent_mean;  // n x n_latent: in minified data the output of
  at::Tensor latent_var;   // the encoder

  std::int64_t n_cells() const { return log_library.size(0); }
};

// The same cells with `code` as the batch of all.
Minibatch as_batch(Minibatch cells, std::int64_t code);

// A block of counts as tensors. On the CPU in float32 they are views of the
// block, and keep it alive.
SparseCounts to_tensors(const std::shared_ptr<CsrBlock>& block,
                        std::int64_t n_genes, const at::TensorOptions& options);

// Reads minibatches of `cells` in any order.
class Loader {
 public:
  Loader(const Cells& cells, const at::TensorOptions& options);

  Minibatch load(const std::int64_t* positions, std::int64_t n) const;

 private:
  const Cells& cells_;
  at::TensorOptions options_;
  // Reused once no minibatch refers to it.
  mutable std::shared_ptr<CsrBlock> block_;
};

}  // namespace scvigor

#endif
