#include "data/count_checks.hpp"

#include <atomic>

#include "data/for_each_cell.hpp"
#include "util/ascending.hpp"

namespace scvigor {
namespace core {

bool has_ascending_genes(const int* indptr, const int* genes,
                         std::int64_t n_cells, std::int64_t n_genes) {
  for (std::int64_t i = 0; i < n_cells; ++i)
    if (!are_ascending_positions(genes + indptr[i], indptr[i + 1] - indptr[i],
                                 n_genes))
      return false;
  return true;
}

std::vector<std::int64_t> empty_genes(const CountSource& source) {
  // Written by any thread, always with the same value.
  std::vector<std::atomic<bool>> seen(
      static_cast<std::size_t>(source.n_genes()));
  for_each_count_block(source, [&](std::int64_t, const CsrBlock& block) {
    for (const auto gene : block.genes) {
      auto& flag = seen[static_cast<std::size_t>(gene)];
      if (!flag.load(std::memory_order_relaxed))
        flag.store(true, std::memory_order_relaxed);
    }
  });
  std::vector<std::int64_t> empty;
  for (std::size_t gene = 0; gene < seen.size(); ++gene)
    if (!seen[gene]) empty.push_back(static_cast<std::int64_t>(gene));
  return empty;
}

}  // namespace core
}  // namespace scvigor
