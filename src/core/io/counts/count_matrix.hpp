#ifndef SCVIGOR_CORE_IO_COUNTS_COUNT_MATRIX_HPP
#define SCVIGOR_CORE_IO_COUNTS_COUNT_MATRIX_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"

namespace scvigor {

// Some non-zero entries of a matrix: values[k] of genes[k] in cells[k].
struct Entries {
  std::vector<std::int32_t> cells;
  std::vector<std::int32_t> genes;
  std::vector<double> values;

  void resize(std::size_t n) {
    cells.resize(n);
    genes.resize(n);
    values.resize(n);
  }
};
using EntrySink = std::function<void(const Entries&)>;

// A matrix of counts in a file, however it is laid out.
class CountMatrix {
 public:
  virtual ~CountMatrix() = default;
  std::int64_t n_cells() const { return n_cells_; }
  std::int64_t n_genes() const { return n_genes_; }

  struct Survey {
    std::vector<std::int32_t> indptr;  // where each cell's entries begin
    bool holds_counts = true;          // all values are whole and not negative
  };
  // What must be known before the entries are read. With `check_values`, it
  // ends at the first value that is no count, without an indptr.
  virtual Survey survey(bool check_values) const = 0;

  // All entries, a block at a time, in the order of the file. One gene's
  // entries of one cell may be several.
  virtual void stream(const EntrySink& sink) const = 0;

 protected:
  CountMatrix(const h5::Node& node, std::int64_t n_cells, std::int64_t n_genes);

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
std::unique_ptr<CountMatrix> open_dense(const h5::Dataset& data);

}  // namespace scvigor

#endif
