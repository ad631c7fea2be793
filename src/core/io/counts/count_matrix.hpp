#ifndef SCVIGOR_CORE_IO_COUNTS_COUNT_MATRIX_HPP
#define SCVIGOR_CORE_IO_COUNTS_COUNT_MATRIX_HPP

#include <cstdint>
#include <memory>
#include <string>

#include "io/counts/entry_block.hpp"
#include "io/hdf5/h5_dataset.hpp"
#include "scvigor/count_stream.hpp"

namespace scvigor {

// A summary of the values of a matrix, from one pass.
struct ValueSummary {
  bool are_counts = true;  // all are whole and not negative
  std::int64_t n_nonzero = 0;
  double sum = 0;
  double max = 0;

  void add(double value);
};

// In which order the entries of a matrix come.
struct EntryOrder {
  // The entries of so many cells, of the 1st, 2nd ... such group, come before
  // those of the next group. 1: cell after cell, though one may be cut in two.
  std::int64_t cells_at_once = 1;
  std::int64_t max_entries = 0;  // of the matrix; of a dense one all values
  CountLocation::Layout layout = CountLocation::Layout::kSparseByCells;
};

// A matrix of counts in a file, however it is laid out.
class CountMatrix {
 public:
  virtual ~CountMatrix() = default;
  std::int64_t n_cells() const { return n_cells_; }
  std::int64_t n_genes() const { return n_genes_; }

  // Ends at the first value that is not a count.
  virtual ValueSummary summarize() const = 0;

  // All entries, a block at a time, in the order of the file. One gene's
  // entries of one cell may be several. The file is read once.
  virtual void stream(const EntrySink& sink) const = 0;
  virtual EntryOrder order() const = 0;

 protected:
  CountMatrix(const h5::Node& node, std::int64_t n_cells, std::int64_t n_genes);
  // `label` is what errors begin with.
  CountMatrix(const std::string& label, std::int64_t n_cells,
              std::int64_t n_genes);

  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

// False for NaN and infinities, too.
inline bool is_count(double value) {
  return value >= 0.0 && value <= 9007199254740992.0 &&
         value == static_cast<double>(static_cast<std::int64_t>(value));
}

// A group of data, indices and indptr. `by_cells`: indptr has an entry for
// each cell, and indices count genes; otherwise the other way round.
std::unique_ptr<CountMatrix> open_sparse(const h5::Group& group,
                                         std::int64_t n_cells,
                                         std::int64_t n_genes, bool by_cells);

// A two-dimensional array of cells x genes.
std::unique_ptr<CountMatrix> open_dense(const h5::Group& parent,
                                        const std::string& name);

}  // namespace scvigor

#endif
