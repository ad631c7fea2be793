#include "merge_entries.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace scvigor {

namespace {

using Entry = std::pair<std::int32_t, double>;

// Stable, so that equal genes are summed in the order of the file.
void sort_by_gene(std::int32_t* genes, double* values, std::int64_t n,
                  std::vector<Entry>& scratch) {
  if (std::is_sorted(genes, genes + n)) return;
  scratch.clear();
  for (std::int64_t k = 0; k < n; ++k) scratch.emplace_back(genes[k], values[k]);
  std::stable_sort(
      scratch.begin(), scratch.end(),
      [](const Entry& a, const Entry& b) { return a.first < b.first; });
  for (std::int64_t k = 0; k < n; ++k)
    std::tie(genes[k], values[k]) = scratch[static_cast<std::size_t>(k)];
}

}  // namespace

std::int64_t merge_entries(const CompressedCells& cells,
                           std::int64_t n_cells) {
  std::vector<Entry> scratch;
  std::int64_t begin = cells.indptr[0], kept = 0;
  for (std::int64_t cell = 0; cell < n_cells; ++cell) {
    const std::int64_t end = cells.indptr[cell + 1];
    sort_by_gene(cells.genes + begin, cells.values + begin, end - begin,
                 scratch);
    const std::int64_t first = kept;
    for (std::int64_t k = begin; k < end; ++k) {
      if (kept > first && cells.genes[kept - 1] == cells.genes[k]) {
        cells.values[kept - 1] += cells.values[k];
      } else {
        cells.genes[kept] = cells.genes[k];
        cells.values[kept] = cells.values[k];
        ++kept;
      }
    }
    begin = end;
    cells.indptr[cell + 1] = static_cast<std::int32_t>(kept);
  }
  return kept;
}

}  // namespace scvigor
