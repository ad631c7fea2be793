#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "count_matrix.hpp"

namespace scvigor {

namespace {

constexpr std::int64_t kBlock = 1 << 20;  // values read at once

std::int64_t multiple_below(std::int64_t length, std::int64_t limit) {
  return std::max<std::int64_t>(length, limit / length * length);
}

class DenseMatrix : public CountMatrix {
 public:
  explicit DenseMatrix(const h5::Dataset& data)
      : CountMatrix(data, data.dims()[0], data.dims()[1]), data_(data) {}

  std::int64_t n_entries(const Poll& poll) const override {
    return std::accumulate(n_non_zero(poll).begin(), n_non_zero(poll).end(),
                           std::int64_t{0});
  }

  std::int64_t read(const CompressedCells& out,
                    const Poll& poll) const override {
    out.indptr[0] = 0;
    std::partial_sum(n_non_zero(poll).begin(), n_non_zero(poll).end(),
                     out.indptr + 1);
    std::vector<std::int32_t> next(out.indptr, out.indptr + n_cells_);
    for_values(poll, [&](std::int64_t cell, std::int64_t first_gene,
                         const double* values, std::int64_t n) {
      std::int32_t& k = next[static_cast<std::size_t>(cell)];
      for (std::int64_t j = 0; j < n; ++j) {
        if (values[j] == 0.0) continue;
        if (k >= out.indptr[cell + 1])
          throw FileError("The file changed while it was read.");
        out.genes[k] = static_cast<std::int32_t>(first_gene + j);
        out.values[k++] = values[j];
      }
      return true;
    });
    return out.indptr[n_cells_];
  }

  bool rehearse(bool stop, const Poll& poll) const override {
    bool whole = true;
    for_values(poll, [&](std::int64_t, std::int64_t, const double* values,
                         std::int64_t n) {
      whole = whole && std::all_of(values, values + n, is_count);
      return whole || !stop;
    });
    return whole;
  }

 private:
  // Of each cell; found by reading the matrix once.
  const std::vector<std::int32_t>& n_non_zero(const Poll& poll) const {
    if (!n_non_zero_.empty()) return n_non_zero_;
    std::vector<std::int32_t> found(static_cast<std::size_t>(n_cells_));
    std::int64_t total = 0;
    for_values(poll, [&](std::int64_t cell, std::int64_t,
                         const double* values, std::int64_t n) {
      const auto more = n - std::count(values, values + n, 0.0);
      found[static_cast<std::size_t>(cell)] += static_cast<std::int32_t>(more);
      total += more;
      return true;
    });
    if (total > std::numeric_limits<std::int32_t>::max())
      data_.fail("has " + std::to_string(total) +
                 " non-zero values. A sparse matrix in memory holds at most "
                 "2147483647: split the file by cells.");
    return n_non_zero_ = std::move(found);
  }

  // Calls visit(cell, first_gene, values, n) until it returns false. Genes
  // ascend within a cell; every chunk is read once.
  template <class Visit>
  void for_values(const Poll& poll, Visit&& visit) const {
    if (n_cells_ == 0 || n_genes_ == 0) return;
    const std::vector<std::int64_t> chunk = data_.chunk();
    // A band of rows as high as a chunk; in it some columns; of these as many
    // rows as fit, should a single chunk be too much.
    const std::int64_t columns = std::clamp<std::int64_t>(
        multiple_below(chunk[1], kBlock / chunk[0]), 1, n_genes_);
    const std::int64_t band =
        std::min(multiple_below(chunk[0], kBlock / columns), n_cells_);
    const std::int64_t rows =
        std::clamp<std::int64_t>(kBlock / columns, 1, band);
    std::vector<double> values(static_cast<std::size_t>(rows * columns));
    for (std::int64_t top = 0; top < n_cells_; top += band) {
      const std::int64_t bottom = std::min(top + band, n_cells_);
      for (std::int64_t gene = 0; gene < n_genes_; gene += columns) {
        const std::int64_t width = std::min(columns, n_genes_ - gene);
        for (std::int64_t cell = top; cell < bottom; cell += rows) {
          const std::int64_t height = std::min(rows, bottom - cell);
          if (poll) poll();
          data_.read({cell, gene}, {height, width}, values.data());
          for (std::int64_t i = 0; i < height; ++i)
            if (!visit(cell + i, gene, values.data() + i * width, width))
              return;
        }
      }
    }
  }

  h5::Dataset data_;
  mutable std::vector<std::int32_t> n_non_zero_;
};

}  // namespace

std::unique_ptr<CountMatrix> open_dense(const h5::Dataset& data) {
  if (data.dims().size() != 2)
    data.fail("has " + std::to_string(data.dims().size()) +
              " dimensions; a matrix of counts has 2.");
  if (!data.is_number()) data.fail("does not hold numbers.");
  return std::make_unique<DenseMatrix>(data);
}

}  // namespace scvigor
