#ifndef SCVIGOR_CORE_DATA_MINIBATCH_HPP
#define SCVIGOR_CORE_DATA_MINIBATCH_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "scvigor/counts.hpp"
#include "util/sparse_counts.hpp"
#include "util/tensor_pool.hpp"

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

// Reads minibatches of `cells` in any order, in the memory of those that are
// no longer used.
class MinibatchReader {
 public:
  MinibatchReader(const Cells& cells, const at::TensorOptions& options);

  Minibatch load(const std::int64_t* positions, std::int64_t n) const;

 private:
  SparseCounts read_counts(const std::int64_t* positions, std::int64_t n) const;
  at::Tensor log_library_sizes() const;
  // Rows `positions` of a row-major array: n x width, or, with one dimension,
  // n numbers of a single column.
  template <class T>
  at::Tensor take_rows(const std::vector<T>& values,
                       const std::int64_t* positions, std::int64_t n,
                       std::size_t n_dims,
                       const at::TensorOptions& options) const;

  const Cells& cells_;
  at::TensorOptions options_;
  mutable TensorPool pool_;
  // The block that was read last, and tensors over its arrays.
  mutable std::shared_ptr<CsrBlock> block_;
  mutable at::Tensor indptr_, genes_, values_;
};

}  // namespace scvigor

#endif
