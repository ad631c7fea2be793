#ifndef SCVIGOR_COUNT_STREAM_HPP
#define SCVIGOR_COUNT_STREAM_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scvigor/count_file.hpp"
#include "scvigor/counts.hpp"

namespace scvigor {

// A matrix of counts in a file.
struct CountLocation {
  enum class Layout {
    kCountFile,      // what CountFile reads, a matrix.mtx or its folder
    kSparseByCells,  // a group of data, indices and indptr: indptr by cells
    kSparseByGenes,  // the same by genes
    kDense           // a dataset of cells x genes
  };
  std::string path;
  Layout layout = Layout::kCountFile;
  // kCountFile: which matrix, as for CountFile. Else the place of the group or
  // dataset in the HDF5 file.
  std::string matrix{};
  // Of a sparse matrix.
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
};

// Reads a matrix of counts once, a block of cells after another, in bounded
// memory: what a file keeps by genes, or in another order than by cells, is put
// in order in a temporary file. Cells come in the order of the file. Errors are
// FileErrors. The file is read in a child process, ahead of the caller: a
// damaged file cannot crash the caller. A file that changes while it is read is
// an error.
class CountStream {
 public:
  // `poll` is called regularly; an exception from it ends the reading.
  CountStream(const CountLocation& location,
              const std::string& temporary_folder,
              const std::function<void()>& poll = {});
  CountStream(CountStream&&) noexcept;
  CountStream& operator=(CountStream&&) noexcept;
  ~CountStream();

  std::int64_t n_cells() const;
  std::int64_t n_genes() const;
  // Of a dense matrix all of its values.
  std::int64_t max_entries() const;

  // Where the matrix is in its HDF5 file, and how. A Matrix Market file has
  // kCountFile.
  const std::string& place() const;
  CountLocation::Layout layout() const;

  // As of a CountFile; empty for another location.
  CountFileFormat format() const;
  const std::string& assay() const;
  const std::string& note() const;
  const Annotation& cells() const;
  const Annotation& genes() const;

  // Leaves out cells and genes whose element is 0, of those of the file. An
  // empty vector keeps all. To be called before next().
  void keep(const std::vector<std::int8_t>& cells,
            const std::vector<std::int8_t>& genes);

  // False after the last cell that is kept. Genes ascend, each once.
  bool next(CsrBlock& block);

  // The values so far that are no counts: negative, fractional or not finite.
  struct NotCounts {
    std::int64_t n = 0;
    double value = 0;  // the first, and the cell and gene of the file
    std::int64_t cell = 0;
    std::int64_t gene = 0;
  };
  const NotCounts& not_counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace scvigor

#endif
