#ifndef SCVIGOR_COUNTS_HPP
#define SCVIGOR_COUNTS_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace scvigor {

// Counts of some cells, compressed by cell: the non-zero entries of cell i of
// the block are [indptr[i], indptr[i + 1]). Genes ascend within a cell.
struct CsrBlock {
  std::vector<std::int64_t> indptr{0};
  std::vector<std::int32_t> genes;
  std::vector<float> values;

  std::int64_t n_cells() const {
    return static_cast<std::int64_t>(indptr.size()) - 1;
  }
  void clear() {
    indptr.assign(1, 0);
    genes.clear();
    values.clear();
  }
  // Ends the cell whose entries were appended last.
  void end_cell() { indptr.push_back(static_cast<std::int64_t>(genes.size())); }
};

// Values in memory; some may be zero.
struct StoredValues {
  const double* values;
  std::int64_t n;
};

// Where counts come from: memory, a file, a callback. Cells x genes.
// A source is read-only; read() may be called from any threads at once.
class CountSource {
 public:
  virtual ~CountSource() = default;
  virtual std::int64_t n_cells() const = 0;
  virtual std::int64_t n_genes() const = 0;
  // Fills `out` with the given cells, in the given order.
  virtual void read(const std::int64_t* cells, std::int64_t n_cells,
                    CsrBlock& out) const = 0;
  // The values of a cell, if the source has them in memory: reading all of them
  // then needs no copy.
  virtual std::optional<StoredValues> stored(std::int64_t) const { return {}; }

  // What a source in a file says of itself; without effect on results.
  // How many bytes reading all cells takes from the file; 0: it is in memory.
  virtual double file_bytes() const { return 0.0; }
  // A number for each cell that grows along the file.
  virtual std::int64_t file_position(std::int64_t cell) const { return cell; }
  // These cells are read next, in any order: the system may fetch them from the
  // disk meanwhile. Does not wait.
  virtual void will_read(const std::int64_t*, std::int64_t) const {}
};

// Views of memory that the caller keeps alive; nothing is copied.

// Compressed by cell: R's dgCMatrix of genes x cells (p, i, x).
std::unique_ptr<CountSource> view_compressed_cells(const int* indptr,
                                                   const int* genes,
                                                   const double* values,
                                                   std::int64_t n_cells,
                                                   std::int64_t n_genes);

// Dense, the genes of a cell contiguous: R's genes x cells matrix.
std::unique_ptr<CountSource> view_dense_cells(const double* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes);
std::unique_ptr<CountSource> view_dense_cells(const int* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes);

// What one pass over all counts finds.
struct CountSummary {
  std::int64_t n_negative = 0;
  std::int64_t n_not_finite = 0;   // NA, NaN, infinite
  std::int64_t n_fractional = 0;   // finite, but not an integer
  std::int64_t n_empty_cells = 0;  // cells whose counts are all 0
};
CountSummary summarize_counts(const CountSource& source);

// log of each cell's total count; minus infinity for an empty cell.
std::vector<double> log_library_sizes(const CountSource& source);

// Prior of the log library size: mean and population variance per batch.
// A batch without cells gets 0 and 1.
struct LibraryPrior {
  std::vector<double> log_means;
  std::vector<double> log_vars;
};
LibraryPrior library_prior(const CountSource& source,
                           const std::vector<std::int64_t>& batch,
                           std::int64_t n_batch);

// The cells that a model is trained on or applied to. Codes count from 0. An
// empty vector means that the model does not have the covariate.
//
// Inference also accepts cells without counts ("minified"): then `counts` is
// null and `latent_mean`, `latent_var` and `log_library` replace what would be
// computed from it.
// Training with `update_only_decoder` needs counts and a posterior.
struct Cells {
  std::shared_ptr<const CountSource> counts;
  std::vector<std::int64_t> batch;        // n_cells
  std::vector<std::int64_t> labels;       // n_cells
  std::vector<std::int64_t> categorical;  // n_cells x covariates, by cell
  std::vector<double> continuous;         // n_cells x covariates, by cell
  std::vector<double> size_factor;        // n_cells, natural scale

  std::vector<double> latent_mean;  // n_cells x n_latent, of q(z | x)
  std::vector<double> latent_var;   // n_cells x n_latent
  std::vector<double> log_library;  // n_cells

  // How often each cell is drawn in training, in proportion; n_cells. Without,
  // every cell is once in each epoch.
  std::vector<double> cell_weights;

  std::int64_t n_cells() const {
    return counts ? counts->n_cells()
                  : static_cast<std::int64_t>(log_library.size());
  }
};

}  // namespace scvigor

#endif
