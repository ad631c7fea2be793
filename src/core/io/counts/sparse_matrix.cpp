#include <numeric>

#include "io/counts/count_matrix.hpp"
#include "io/counts/sparse_parts.hpp"

namespace scvigor {

namespace {

// `rows` is what the file compresses: cells or genes.
class SparseMatrix : public CountMatrix {
 public:
  SparseMatrix(const h5::Group& group, std::int64_t n_cells,
               std::int64_t n_genes, bool by_cells)
      : CountMatrix(group, n_cells, n_genes),
        by_cells_(by_cells),
        parts_(group, by_cells ? n_cells : n_genes,
               by_cells ? n_genes : n_cells) {}

  Survey survey(bool check_values) const override {
    Survey found;
    if (check_values) found.holds_counts = all_are_counts();
    if (found.holds_counts)
      found.indptr = by_cells_ ? parts_.read_indptr() : count_cells();
    return found;
  }

  void stream(const EntrySink& sink) const override {
    const std::vector<std::int32_t> ends = parts_.read_indptr();
    Entries block;
    auto& rows = by_cells_ ? block.cells : block.genes;
    auto& columns = by_cells_ ? block.genes : block.cells;
    std::size_t row = 0;
    parts_.for_blocks([&](std::int64_t first, std::int64_t n) {
      parts_.read_indices(first, n, columns);
      parts_.read_values(first, n, block.values);
      rows.resize(columns.size());
      for (std::int64_t k = 0; k < n; ++k) {
        while (ends[row + 1] <= first + k) ++row;
        rows[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(row);
      }
      sink(block);
    });
  }

 private:
  bool all_are_counts() const {
    std::vector<double> values;
    bool counts = true;
    parts_.for_blocks([&](std::int64_t first, std::int64_t n) {
      if (!counts) return;
      parts_.read_values(first, n, values);
      counts = std::all_of(values.begin(), values.end(), is_count);
    });
    return counts;
  }

  std::vector<std::int32_t> count_cells() const {
    std::vector<std::int32_t> indptr(static_cast<std::size_t>(n_cells_) + 1);
    std::vector<std::int32_t> cells;
    parts_.for_blocks([&](std::int64_t first, std::int64_t n) {
      parts_.read_indices(first, n, cells);
      for (const std::int32_t cell : cells)
        ++indptr[static_cast<std::size_t>(cell) + 1];
    });
    std::partial_sum(indptr.begin(), indptr.end(), indptr.begin());
    return indptr;
  }

  bool by_cells_;
  SparseParts parts_;
};

}  // namespace

std::unique_ptr<CountMatrix> open_sparse(const h5::Group& group,
                                         std::int64_t n_cells,
                                         std::int64_t n_genes, bool by_cells) {
  return std::make_unique<SparseMatrix>(group, n_cells, n_genes, by_cells);
}

}  // namespace scvigor
