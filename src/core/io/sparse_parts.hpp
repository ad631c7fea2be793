#ifndef SCVIGOR_CORE_IO_SPARSE_PARTS_HPP
#define SCVIGOR_CORE_IO_SPARSE_PARTS_HPP

#include <algorithm>
#include <cstdint>

#include "count_matrix.hpp"

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

  void read_indptr(std::int32_t* out) const;  // n_rows + 1
  void read_indices(std::int64_t first, std::int64_t n,
                    std::int32_t* out) const;
  void read_values(std::int64_t first, std::int64_t n, double* out) const {
    data_.read({first}, {n}, out);
  }

  // Calls visit(first, n) for one block of entries after the other.
  template <class Visit>
  void for_blocks(const Poll& poll, Visit&& visit) const {
    for (std::int64_t first = 0; first < n_entries(); first += block_) {
      if (poll) poll();
      visit(first, std::min(block_, n_entries() - first));
    }
  }
  std::int64_t largest_block() const { return std::min(block_, n_entries()); }

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
