#include "data/count_checks.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

#include "data/for_each_cell.hpp"
#include "simd/dispatch.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kCellsPerTask = 256;

// descents: how often one of the n values is not above the one before it
SCVIGOR_INLINE void count_descents_body(const int* values, std::int64_t n,
                                        std::int64_t* descents) {
  std::int32_t found = 0;
#pragma omp simd reduction(+ : found)
  for (std::int64_t k = 1; k < n; ++k) found += values[k] <= values[k - 1];
  *descents = found;
}
SCVIGOR_KERNEL(count_descents, count_descents_body,
               (const int* values, std::int64_t n, std::int64_t* descents),
               (values, n, descents))

bool ascend(const int* genes, std::int64_t n, std::int64_t n_genes) {
  if (n == 0) return true;
  std::int64_t descents = 0;
  count_descents(genes, n, &descents);
  return descents == 0 && genes[0] >= 0 && genes[n - 1] < n_genes;
}

}  // namespace

namespace core {

bool has_ascending_genes(const int* indptr, const int* genes,
                         std::int64_t n_cells, std::int64_t n_genes) {
  std::atomic<bool> all{true};
  at::parallel_for(
      0, n_cells, kCellsPerTask, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end && all; ++i)
          if (!ascend(genes + indptr[i], indptr[i + 1] - indptr[i], n_genes))
            all = false;
      });
  return all;
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
