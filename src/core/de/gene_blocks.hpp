#ifndef SCVIGOR_CORE_DE_GENE_BLOCKS_HPP
#define SCVIGOR_CORE_DE_GENE_BLOCKS_HPP

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "de/statistics.hpp"
#include "scvigor/hooks.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {

using Genes = std::vector<std::int64_t>;

inline Genes all_genes(std::int64_t n) {
  Genes out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

// Samples of one thread's block: 8 MB of floats.
constexpr std::int64_t kValuesPerBlock = 1 << 21;

inline std::int64_t genes_per_block(std::int64_t n_samples) {
  return std::clamp<std::int64_t>(
      kValuesPerBlock / std::max<std::int64_t>(1, n_samples), 8, 64);
}

// Calls visit(gene, samples) for each gene, one block of genes per thread;
// `serial`: in order, on the calling thread. False: interrupted.
template <class T, class Visitor>
bool for_each_gene(const ScaleSamples<T>& samples, const Genes& genes,
                   bool serial, const Hooks& hooks, Visitor visit) {
  const auto n_genes = static_cast<std::int64_t>(genes.size());
  const auto size = genes_per_block(samples.n_samples);
  const auto n_blocks = ceil_div(n_genes, size);
  const auto visit_blocks = [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> values(static_cast<std::size_t>(size * samples.n_samples));
    for (auto block = begin; block < end; ++block) {
      const auto first =
          genes.begin() + static_cast<std::ptrdiff_t>(block * size);
      const auto n = std::min(size, n_genes - block * size);
      const Genes some(first, first + static_cast<std::ptrdiff_t>(n));
      samples.read(some, values.data());
      for (std::int64_t k = 0; k < n; ++k)
        visit(some[static_cast<std::size_t>(k)],
              values.data() + k * samples.n_samples);
    }
  };
  // Hooks are called between rounds of blocks.
  const std::int64_t round = serial ? 1 : 4 * thread_count();
  for (std::int64_t first = 0; first < n_blocks; first += round) {
    if (hooks.interrupted && hooks.interrupted()) return false;
    const auto last = std::min(n_blocks, first + round);
    if (serial)
      visit_blocks(first, last);
    else
      parallel_for(first, last, 1, visit_blocks);
  }
  return true;
}

}  // namespace scvigor

#endif
