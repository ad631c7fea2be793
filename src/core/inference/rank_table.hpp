#ifndef SCVIGOR_CORE_INFERENCE_RANK_TABLE_HPP
#define SCVIGOR_CORE_INFERENCE_RANK_TABLE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "scvigor/hooks.hpp"

namespace scvigor {

// Collects values of genes that come in blocks and replaces them by ranks.
// Ranks need all values of a gene at once: they are stored in float32.
class RankTable {
 public:
  RankTable(std::int64_t n_genes, std::int64_t n_values);

  // n x genes; n_values of them in all.
  void add(const at::Tensor& rows);

  // Replaces each gene's values by their ranks, from 1; equal values get the
  // mean of their ranks. False: interrupted.
  bool rank(const Hooks& hooks);

  // Ranks [first, first + n) of all genes: n x genes, float64.
  at::Tensor rows(std::int64_t first, std::int64_t n) const;

 private:
  at::Tensor values_;  // genes x values, float32
  std::int64_t filled_ = 0;
};

}  // namespace scvigor

#endif
