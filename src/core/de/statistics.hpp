#ifndef SCVIGOR_CORE_DE_STATISTICS_HPP
#define SCVIGOR_CORE_DE_STATISTICS_HPP

#include <cstdint>
#include <functional>
#include <vector>

#include "scvigor/de.hpp"

namespace scvigor {

// Rows of the matrix of samples that take part in a comparison.
struct Comparison {
  using Rows = std::vector<std::int32_t>;
  Rows side1;  // all samples of the side
  Rows side2;
  Rows first;  // of each pair
  Rows second;
  std::vector<std::uint8_t> unexpressed1;  // per gene; only without
  std::vector<std::uint8_t> unexpressed2;  // `pseudocounts`
};

// Samples of px_scale, a few genes at a time: fills out, genes x samples.
// Called from many threads at once.
template <class T>
struct Samples {
  std::int64_t n_samples = 0;
  std::int64_t n_genes = 0;
  std::function<void(const std::vector<std::int64_t>& genes, T* out)> read;
};

// A table a comparison. Never more than a block of genes a thread in memory.
template <class T>
std::vector<DeTable> compare(const Samples<T>& samples,
                             const std::vector<Comparison>& comparisons,
                             const DeTest& test, const Hooks& hooks);

}  // namespace scvigor

#endif
