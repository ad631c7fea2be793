// Count sources over memory that somebody else owns.

#include <limits>
#include <utility>

#include "scvigor/counts.hpp"

namespace scvigor {
namespace {

class CompressedCells final : public CountSource {
 public:
  CompressedCells(const int* indptr, const int* genes, const double* values,
                  std::int64_t n_cells, std::int64_t n_genes)
      : indptr_(indptr),
        genes_(genes),
        values_(values),
        n_cells_(n_cells),
        n_genes_(n_genes) {}

  std::int64_t n_cells() const override { return n_cells_; }
  std::int64_t n_genes() const override { return n_genes_; }

  void read(const std::int64_t* cells, std::int64_t n_cells,
            CsrBlock& out) const override {
    // Room for all entries first; then no step of the copy has to look.
    out.indptr.resize(static_cast<std::size_t>(n_cells) + 1);
    out.indptr[0] = 0;
    std::size_t room = 0;
    for (std::int64_t i = 0; i < n_cells; ++i)
      room += static_cast<std::size_t>(indptr_[cells[i] + 1] -
                                       indptr_[cells[i]]);
    out.genes.resize(room);
    out.values.resize(room);
    std::size_t n = 0;
    for (std::int64_t i = 0; i < n_cells; ++i) {
      const auto last = indptr_[cells[i] + 1];
      for (auto k = indptr_[cells[i]]; k < last; ++k) {
        out.genes[n] = genes_[k];
        out.values[n] = static_cast<float>(values_[k]);
        n += values_[k] != 0.0;  // a stored zero is a zero
      }
      out.indptr[static_cast<std::size_t>(i) + 1] =
          static_cast<std::int64_t>(n);
    }
    out.genes.resize(n);
    out.values.resize(n);
  }

 private:
  const int* indptr_;
  const int* genes_;
  const double* values_;
  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

template <class T>
class DenseCells final : public CountSource {
 public:
  DenseCells(const T* values, std::int64_t n_cells, std::int64_t n_genes)
      : values_(values), n_cells_(n_cells), n_genes_(n_genes) {}

  std::int64_t n_cells() const override { return n_cells_; }
  std::int64_t n_genes() const override { return n_genes_; }

  void read(const std::int64_t* cells, std::int64_t n_cells,
            CsrBlock& out) const override {
    out.clear();
    for (std::int64_t i = 0; i < n_cells; ++i) {
      const T* cell = values_ + cells[i] * n_genes_;
      for (std::int64_t g = 0; g < n_genes_; ++g) {
        if (cell[g] == T(0)) continue;
        out.genes.push_back(static_cast<std::int32_t>(g));
        out.values.push_back(to_float(cell[g]));
      }
      out.end_cell();
    }
  }

 private:
  static float to_float(double value) { return static_cast<float>(value); }
  // The smallest int marks a missing value.
  static float to_float(int value) {
    return value == std::numeric_limits<int>::min()
               ? std::numeric_limits<float>::quiet_NaN()
               : static_cast<float>(value);
  }

  const T* values_;
  std::int64_t n_cells_;
  std::int64_t n_genes_;
};

}  // namespace

std::unique_ptr<CountSource> view_compressed_cells(
    const int* indptr, const int* genes, const double* values,
    std::int64_t n_cells, std::int64_t n_genes) {
  return std::make_unique<CompressedCells>(indptr, genes, values, n_cells,
                                           n_genes);
}

std::unique_ptr<CountSource> view_dense_cells(const double* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes) {
  return std::make_unique<DenseCells<double>>(values, n_cells, n_genes);
}

std::unique_ptr<CountSource> view_dense_cells(const int* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes) {
  return std::make_unique<DenseCells<int>>(values, n_cells, n_genes);
}

}  // namespace scvigor
