#ifndef SCVIGOR_CORE_DE_STATISTICS_HPP
#define SCVIGOR_CORE_DE_STATISTICS_HPP

#include <cstdint>
#include <functional>
#include <vector>

#include "scvigor/de.hpp"

namespace scvigor {

using RowIndices = std::vector<std::int32_t>;

// Rows of the matrix of samples that take part in a comparison.
struct ComparedRows {
  RowIndices side1;  // all samples of the side
  RowIndices side2;
  RowIndices first;  // of each pair
  RowIndices second;
  std::vector<std::uint8_t> unexpressed1;  // per gene; only without
  std::vector<std::uint8_t> unexpressed2;  // `pseudocounts`
};

// Samples of px_scale, a few genes at a time: read() fills out, genes x
// samples. It is called from several threads at once.
template <class T>
struct ScaleSamples {
  std::int64_t n_samples = 0;
  std::int64_t n_genes = 0;
  std::function<void(const std::vector<std::int64_t>& genes, T* out)> read;
};

// One table per comparison. Each thread holds one block of genes in memory.
template <class T>
std::vector<DeTable> compare(const ScaleSamples<T>& samples,
                             const std::vector<ComparedRows>& comparisons,
                             const DeTest& test, const Hooks& hooks);

}  // namespace scvigor

#endif
