#include "io/counts/merge_genes.hpp"

#include <algorithm>
#include <tuple>

#include "util/ascending.hpp"

namespace scvigor {

namespace {

// Sorts entries by gene; stable, so that equal genes are summed in the order
// of the file.
void sort_by_gene(std::int32_t* genes, double* values, std::int64_t n,
                  MergeScratch& scratch) {
  scratch.clear();
  for (std::int64_t k = 0; k < n; ++k)
    scratch.emplace_back(genes[k], values[k]);
  std::stable_sort(
      scratch.begin(), scratch.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::int64_t k = 0; k < n; ++k)
    std::tie(genes[k], values[k]) = scratch[static_cast<std::size_t>(k)];
}

}  // namespace

std::int64_t merge_genes(EntryArrays arrays, std::int64_t begin,
                         std::int64_t end, std::int64_t kept,
                         MergeScratch& scratch) {
  std::int32_t* genes = arrays.genes;
  double* values = arrays.values;
  if (is_strictly_ascending(genes + begin, end - begin)) {
    if (kept == begin) return end;
    std::copy(genes + begin, genes + end, genes + kept);
    std::copy(values + begin, values + end, values + kept);
    return kept + (end - begin);
  }
  sort_by_gene(genes + begin, values + begin, end - begin, scratch);
  const std::int64_t first = kept;
  for (std::int64_t k = begin; k < end; ++k) {
    if (kept > first && genes[kept - 1] == genes[k]) {
      values[kept - 1] += values[k];
    } else {
      genes[kept] = genes[k];
      values[kept] = values[k];
      ++kept;
    }
  }
  return kept;
}

}  // namespace scvigor
