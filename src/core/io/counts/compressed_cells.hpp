#ifndef SCVIGOR_CORE_IO_COUNTS_COMPRESSED_CELLS_HPP
#define SCVIGOR_CORE_IO_COUNTS_COMPRESSED_CELLS_HPP

#include <cstdint>
#include <vector>

#include "io/counts/count_matrix.hpp"

namespace scvigor {

// Puts entries that arrive in any order into the caller's arrays, compressed
// by cell. Trusts nothing that arrives.
class CompressedCells {
 public:
  // `indptr` says how many entries each cell will get. `genes` and `values`
  // have room for all of them.
  CompressedCells(const std::vector<std::int32_t>& indptr, std::int64_t n_genes,
                  std::int32_t* genes, double* values);

  void add(const Entries& entries);

  // Sorts each cell's entries by gene where they are not, sums those of one
  // gene, writes the final indptr. Returns how many entries are left.
  std::int64_t finish(std::int32_t* indptr);

 private:
  const std::vector<std::int32_t>& ends_;  // of cell i: ends_[i + 1]
  std::vector<std::int32_t> next_;         // where a cell's next entry goes
  std::int64_t n_genes_;
  std::int32_t* genes_;
  double* values_;
};

}  // namespace scvigor

#endif
