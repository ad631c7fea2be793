#ifndef SCVIGOR_CORE_UTIL_SPARSE_COUNTS_HPP
#define SCVIGOR_CORE_UTIL_SPARSE_COUNTS_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace scvigor {

// Counts of n cells, compressed by cell. Entries of one cell are sorted by
// gene.
struct SparseCounts {
  at::Tensor indptr;  // int64 (n + 1)
  at::Tensor genes;   // int32 (non-zeros)
  at::Tensor values;  // floating (non-zeros)
  std::int64_t n_genes = 0;

  std::int64_t n_cells() const { return indptr.size(0) - 1; }
  at::Tensor dense() const;  // n x genes, on the device of `values`
  SparseCounts with_values(at::Tensor other) const;
};

}  // namespace scvigor

#endif
