#ifndef SCVIGOR_CORE_INFERENCE_RANK_TABLE_HPP
#define SCVIGOR_CORE_INFERENCE_RANK_TABLE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "scvigor/hooks.hpp"

namespace scvigor {

// Values of genes that arrive in blocks and leave as ranks. Ranks need all
// values of a gene at once, so they are kept, in single precision: 4 bytes a
// value.
class RankTable {
 public:
  RankTable(std::int64_t n_genes, std::int64_t n_values);

  // n x genes; n_values of them in all.
  void add(const at::Tensor& rows);

  // Replaces each gene's values by their ranks, which count from 1; equal
  // values share the mean of theirs. False: the host asked to stop.
  bool rank(const Hooks& hooks);

  // Ranks [first, first + n) of all genes: n x genes, float64.
  at::Tensor rows(std::int64_t first, std::int64_t n) const;

 private:
  at::Tensor values_;  // genes x values, float32
  std::int64_t filled_ = 0;
};

}  // namespace scvigor

#endif
