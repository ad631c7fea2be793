#ifndef SCVIGOR_CORE_IO_COUNT_MATRIX_HPP
#define SCVIGOR_CORE_IO_COUNT_MATRIX_HPP

#include <cstdint>
#include <functional>
#include <memory>

#include "h5_dataset.hpp"

namespace scvigor {

// Where read() puts what it finds, compressed by cell.
struct CompressedCells {
  std::int32_t* indptr;  // n_cells + 1
  std::int32_t* genes;   // n_entries
  double* values;        // n_entries
};

// Called between blocks; may throw to end the reading.
using Poll = std::function<void()>;

// A matrix of counts in a file, however it is laid out.
class CountMatrix {
 public:
  virtual ~CountMatrix() = default;
  std::int64_t n_cells() const { return n_cells_; }
  std::int64_t n_genes() const { return n_genes_; }

  // Room that read() needs.
  virtual std::int64_t n_entries(const Poll& poll) const = 0;
  // Returns how many entries there are: fewer than n_entries() where the file
  // has several for one cell and gene, which are summed.
  virtual std::int64_t read(const CompressedCells& out,
                            const Poll& poll) const = 0;
  // Reads everything and keeps nothing. Returns whether all values are whole
  // and not negative; `stop` ends the reading at the first that is not.
  virtual bool rehearse(bool stop, const Poll& poll) const = 0;

 protected:
  CountMatrix(const h5::Node& node, std::int64_t n_cells,
              std::int64_t n_genes);

  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

inline bool is_count(double value) {
  // False for NaN and infinities, too.
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
