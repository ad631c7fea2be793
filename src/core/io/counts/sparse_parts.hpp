#ifndef SCVIGOR_CORE_IO_COUNTS_SPARSE_PARTS_HPP
#define SCVIGOR_CORE_IO_COUNTS_SPARSE_PARTS_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

#include "io/counts/count_matrix.hpp"

namespace scvigor {

// How many elements to read at once: some 1 << 20, whole chunks.
std::int64_t block_length(std::int64_t chunk_length);

// The three arrays of a compressed sparse matrix in a file: row `r` of
// n_rows has the columns indices[indptr[r]:indptr[r + 1]] of n_columns.
// Nothing from the file is used as an index before it was checked.
class SparseParts {
 public:
  SparseParts(const h5::Group& group, std::int64_t n_rows,
              std::int64_t n_columns);

  std::int64_t n_entries() const { return data_.size(); }
  std::int64_t n_rows() const { return n_rows_; }
  std::int64_t n_columns() const { return n_columns_; }

  std::vector<std::int32_t> read_indptr() const;
  // Into a vector that gets n elements.
  void read_indices(std::int64_t first, std::int64_t n,
                    std::vector<std::int32_t>& out) const;
  void read_values(std::int64_t first, std::int64_t n,
                   std::vector<double>& out) const;

  // Calls visit(first, n) for one block of entries after the other.
  template <class Visit>
  void for_blocks(Visit&& visit) const {
    for (std::int64_t first = 0; first < n_entries(); first += block_)
      visit(first, std::min(block_, n_entries() - first));
  }

 private:
  h5::Dataset indptr_;
  h5::Dataset indices_;
  h5::Dataset data_;
  std::int64_t n_rows_;
  std::int64_t n_columns_;
  std::int64_t block_ = 1;
};

}  // namespace scvigor

#endif
