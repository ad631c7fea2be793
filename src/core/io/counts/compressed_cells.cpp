#include "io/counts/compressed_cells.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace scvigor {

namespace {

using Entry = std::pair<std::int32_t, double>;

// Stable, so that equal genes are summed in the order of the file.
void sort_by_gene(std::int32_t* genes, double* values, std::int64_t n,
                  std::vector<Entry>& scratch) {
  if (std::is_sorted(genes, genes + n)) return;
  scratch.clear();
  for (std::int64_t k = 0; k < n; ++k)
    scratch.emplace_back(genes[k], values[k]);
  std::stable_sort(
      scratch.begin(), scratch.end(),
      [](const Entry& a, const Entry& b) { return a.first < b.first; });
  for (std::int64_t k = 0; k < n; ++k)
    std::tie(genes[k], values[k]) = scratch[static_cast<std::size_t>(k)];
}

}  // namespace

CompressedCells::CompressedCells(const std::vector<std::int32_t>& indptr,
                                 std::int64_t n_genes, std::int32_t* genes,
                                 double* values)
    : ends_(indptr),
      next_(indptr.begin(), indptr.end() - 1),
      n_genes_(n_genes),
      genes_(genes),
      values_(values) {}

void CompressedCells::add(const Entries& entries) {
  for (std::size_t k = 0; k < entries.values.size(); ++k) {
    const auto cell = static_cast<std::size_t>(entries.cells[k]);
    const std::int32_t gene = entries.genes[k];
    if (cell >= next_.size() || gene < 0 || gene >= n_genes_ ||
        next_[cell] >= ends_[cell + 1])
      throw FileError("The file changed while it was read.");
    const std::int32_t place = next_[cell]++;
    genes_[place] = gene;
    values_[place] = entries.values[k];
  }
}

std::int64_t CompressedCells::finish(std::int32_t* indptr) {
  std::vector<Entry> scratch;
  std::int64_t kept = 0;
  indptr[0] = 0;
  for (std::size_t cell = 0; cell < next_.size(); ++cell) {
    const std::int64_t begin = ends_[cell], end = ends_[cell + 1];
    if (next_[cell] != end)
      throw FileError("The file changed while it was read.");
    sort_by_gene(genes_ + begin, values_ + begin, end - begin, scratch);
    for (std::int64_t k = begin; k < end; ++k) {
      if (kept > indptr[cell] && genes_[kept - 1] == genes_[k]) {
        values_[kept - 1] += values_[k];
      } else {
        genes_[kept] = genes_[k];
        values_[kept] = values_[k];
        ++kept;
      }
    }
    indptr[cell + 1] = static_cast<std::int32_t>(kept);
  }
  return kept;
}

}  // namespace scvigor
