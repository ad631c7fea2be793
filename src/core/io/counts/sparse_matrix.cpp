#include <algorithm>

#include "io/counts/count_matrix.hpp"
#include "io/counts/sparse_arrays.hpp"

namespace scvigor {

namespace {

// `rows` is what the file compresses: cells or genes.
class SparseMatrix : public CountMatrix {
 public:
  SparseMatrix(const h5::Group& group, std::int64_t n_cells,
               std::int64_t n_genes, bool by_cells)
      : CountMatrix(group, n_cells, n_genes),
        by_cells_(by_cells),
        arrays_(group, by_cells ? n_cells : n_genes,
                by_cells ? n_genes : n_cells) {}

  EntryOrder order() const override {
    using Layout = CountLocation::Layout;
    return {by_cells_ ? 1 : n_cells_, arrays_.max_entries(),
            by_cells_ ? Layout::kSparseByCells : Layout::kSparseByGenes};
  }

  ValueSummary summarize() const override {
    ValueSummary summary;
    std::vector<double> values;
    SparseArrays::Reader reader(arrays_, arrays_.read_indptr().back());
    while (summary.are_counts && reader.next(nullptr, &values))
      for (const double value : values) summary.add(value);
    return summary;
  }

  void stream(const EntrySink& sink) const override {
    const std::vector<std::int64_t> ends = arrays_.read_indptr();
    SparseArrays::Reader reader(arrays_, ends.back());
    EntryBlock block;
    block.by_cells = by_cells_;
    std::size_t row = 0;
    std::int64_t at = 0;  // the first entry of the block
    while (reader.next(&block.indices, &block.values)) {
      const std::int64_t end =
          at + static_cast<std::int64_t>(block.values.size());
      while (ends[row + 1] <= at) ++row;
      block.first = static_cast<std::int32_t>(row);
      block.lengths.clear();
      for (;; ++row) {
        const std::int64_t row_end = std::min(ends[row + 1], end);
        block.lengths.push_back(
            static_cast<std::int32_t>(row_end - std::max(ends[row], at)));
        if (row_end == end) break;
      }
      sink(block);
      at = end;
    }
  }

 private:
  bool by_cells_;
  SparseArrays arrays_;
};

}  // namespace

std::unique_ptr<CountMatrix> open_sparse(const h5::Group& group,
                                         std::int64_t n_cells,
                                         std::int64_t n_genes, bool by_cells) {
  return std::make_unique<SparseMatrix>(group, n_cells, n_genes, by_cells);
}

}  // namespace scvigor
