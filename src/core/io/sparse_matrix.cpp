#include <numeric>
#include <vector>

#include "count_matrix.hpp"
#include "merge_entries.hpp"
#include "sparse_parts.hpp"

namespace scvigor {

namespace {

class SparseMatrix : public CountMatrix {
 public:
  SparseMatrix(const h5::Group& group, std::int64_t n_cells,
               std::int64_t n_genes, bool by_cells)
      : CountMatrix(group, n_cells, n_genes),
        parts_(group, by_cells ? n_cells : n_genes,
               by_cells ? n_genes : n_cells) {}

  std::int64_t n_entries(const Poll&) const override {
    return parts_.n_entries();
  }

  bool rehearse(bool stop, const Poll& poll) const override {
    const auto block = static_cast<std::size_t>(parts_.largest_block());
    std::vector<std::int32_t> integers(
        static_cast<std::size_t>(parts_.n_rows()) + 1);
    parts_.read_indptr(integers.data());
    integers.resize(block);
    std::vector<double> values(block);
    bool whole = true;
    parts_.for_blocks(poll, [&](std::int64_t first, std::int64_t n) {
      if (stop && !whole) return;
      parts_.read_indices(first, n, integers.data());
      parts_.read_values(first, n, values.data());
      whole = whole &&
              std::all_of(values.begin(), values.begin() + n, is_count);
    });
    return whole;
  }

 protected:
  SparseParts parts_;
};

// The file's own order is the order wanted.
class MatrixByCells : public SparseMatrix {
 public:
  MatrixByCells(const h5::Group& group, std::int64_t n_cells,
                std::int64_t n_genes)
      : SparseMatrix(group, n_cells, n_genes, true) {}

  std::int64_t read(const CompressedCells& out,
                    const Poll& poll) const override {
    parts_.read_indptr(out.indptr);
    parts_.for_blocks(poll, [&](std::int64_t first, std::int64_t n) {
      parts_.read_indices(first, n, out.genes + first);
      parts_.read_values(first, n, out.values + first);
    });
    return merge_entries(out, n_cells_);
  }
};

// Compressed by gene: cells are counted first, then filled gene by gene, so
// that their genes ascend.
class MatrixByGenes : public SparseMatrix {
 public:
  MatrixByGenes(const h5::Group& group, std::int64_t n_cells,
                std::int64_t n_genes)
      : SparseMatrix(group, n_cells, n_genes, false) {}

  std::int64_t read(const CompressedCells& out,
                    const Poll& poll) const override {
    std::vector<std::int32_t> starts(static_cast<std::size_t>(n_genes_) + 1);
    parts_.read_indptr(starts.data());
    const auto block = static_cast<std::size_t>(parts_.largest_block());
    std::vector<std::int32_t> cells(block);

    std::fill(out.indptr, out.indptr + n_cells_ + 1, 0);
    parts_.for_blocks(poll, [&](std::int64_t first, std::int64_t n) {
      parts_.read_indices(first, n, cells.data());
      for (std::int64_t k = 0; k < n; ++k)
        ++out.indptr[cells[static_cast<std::size_t>(k)] + 1];
    });
    std::partial_sum(out.indptr, out.indptr + n_cells_ + 1, out.indptr);

    std::vector<std::int32_t> next(out.indptr, out.indptr + n_cells_);
    std::vector<double> values(block);
    std::size_t gene = 0;
    parts_.for_blocks(poll, [&](std::int64_t first, std::int64_t n) {
      parts_.read_indices(first, n, cells.data());
      parts_.read_values(first, n, values.data());
      for (std::int64_t k = 0; k < n; ++k) {
        while (starts[gene + 1] <= first + k) ++gene;
        const auto cell = static_cast<std::size_t>(
            cells[static_cast<std::size_t>(k)]);
        if (next[cell] >= out.indptr[cell + 1])
          throw FileError("The file changed while it was read.");
        out.genes[next[cell]] = static_cast<std::int32_t>(gene);
        out.values[next[cell]++] = values[static_cast<std::size_t>(k)];
      }
    });
    return merge_entries(out, n_cells_);
  }
};

}  // namespace

std::unique_ptr<CountMatrix> open_sparse(const h5::Group& group,
                                         std::int64_t n_cells,
                                         std::int64_t n_genes,
                                         bool by_cells) {
  if (by_cells)
    return std::make_unique<MatrixByCells>(group, n_cells, n_genes);
  return std::make_unique<MatrixByGenes>(group, n_cells, n_genes);
}

}  // namespace scvigor
