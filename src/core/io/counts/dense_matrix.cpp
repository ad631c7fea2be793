#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "io/counts/count_matrix.hpp"

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

  Survey survey(bool check_values) const override {
    Survey found;
    std::vector<std::int64_t> n_by_cell(static_cast<std::size_t>(n_cells_));
    for_values([&](std::int64_t cell, std::int64_t, const double* values,
                   std::int64_t n) {
      n_by_cell[static_cast<std::size_t>(cell)] +=
          n - std::count(values, values + n, 0.0);
      if (check_values)
        found.holds_counts = std::all_of(values, values + n, is_count);
      return found.holds_counts;
    });
    if (!found.holds_counts) return found;
    const std::int64_t total =
        std::accumulate(n_by_cell.begin(), n_by_cell.end(), std::int64_t{0});
    if (total > std::numeric_limits<std::int32_t>::max())
      data_.fail("has " + std::to_string(total) +
                 " non-zero values. A sparse matrix in memory holds at most "
                 "2147483647: split the file by cells.");
    found.indptr.resize(n_by_cell.size() + 1);
    std::partial_sum(n_by_cell.begin(), n_by_cell.end(),
                     found.indptr.begin() + 1);
    return found;
  }

  void stream(const EntrySink& sink) const override {
    Entries block;
    const auto deliver = [&] {
      sink(block);
      block.resize(0);
    };
    for_values([&](std::int64_t cell, std::int64_t first_gene,
                   const double* values, std::int64_t n) {
      for (std::int64_t j = 0; j < n; ++j) {
        if (values[j] == 0.0) continue;
        block.cells.push_back(static_cast<std::int32_t>(cell));
        block.genes.push_back(static_cast<std::int32_t>(first_gene + j));
        block.values.push_back(values[j]);
      }
      if (static_cast<std::int64_t>(block.values.size()) >= kBlock) deliver();
      return true;
    });
    deliver();
  }

 private:
  // Calls visit(cell, first_gene, values, n) until it returns false. Genes
  // ascend within a cell; every chunk is read once.
  template <class Visit>
  void for_values(Visit&& visit) const {
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
          data_.read({cell, gene}, {height, width}, values.data());
          for (std::int64_t i = 0; i < height; ++i)
            if (!visit(cell + i, gene, values.data() + i * width, width))
              return;
        }
      }
    }
  }

  h5::Dataset data_;
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
