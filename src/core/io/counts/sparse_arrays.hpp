#ifndef SCVIGOR_CORE_IO_COUNTS_SPARSE_ARRAYS_HPP
#define SCVIGOR_CORE_IO_COUNTS_SPARSE_ARRAYS_HPP

#include <cstdint>
#include <vector>

#include "io/counts/count_matrix.hpp"
#include "io/hdf5/h5_vector.hpp"

namespace scvigor {

// The three arrays of a compressed sparse matrix in a file: row `r` of
// n_rows has the columns indices[indptr[r]:indptr[r + 1]] of n_columns.
// Nothing from the file is used as an index before it was checked.
class SparseArrays {
 public:
  SparseArrays(const h5::Group& group, std::int64_t n_rows,
               std::int64_t n_columns);

  // The end of the last row, where that makes sense.
  std::int64_t max_entries() const;

  // Increases from 0 to the number of entries. scipy may store more values
  // after these, which do not belong to the matrix.
  std::vector<std::int64_t> read_indptr() const;

  // One block of entries after the other.
  class Reader {
   public:
    Reader(const SparseArrays& arrays, std::int64_t n_entries);

    // Reads the next block, unless there is none. Either may be null.
    bool next(std::vector<std::int32_t>* indices, std::vector<double>* values);

   private:
    const SparseArrays& arrays_;
    h5::VectorReader indices_;
    h5::VectorReader values_;
    std::vector<std::int64_t> wide_;
    std::int64_t left_;
    std::int64_t block_;
  };

 private:
  void check_index(std::int64_t index) const;

  h5::Group group_;
  h5::Dataset indptr_;
  h5::Dataset indices_;
  h5::Dataset data_;
  std::int64_t n_rows_;
  std::int64_t n_columns_;
};

}  // namespace scvigor

#endif
