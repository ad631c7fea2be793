#ifndef SCVIGOR_NEAREST_NEIGHBORS_HPP
#define SCVIGOR_NEAREST_NEIGHBORS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/hooks.hpp"

namespace scvigor {

// PointView of n cells: n x n_dims, one dimension after another. Not owned.
struct PointView {
  const double* values = nullptr;
  std::int64_t n = 0;
  std::int64_t n_dims = 0;
};

// n x k each, row-major: for every cell its neighbors, the nearest first.
struct Neighbors {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int64_t> index;  // counts from 0
  std::vector<double> distance;     // Euclidean
};

// The `k` cells of `reference` nearest to each of `query`. Exact: all pairs
// are compared. Of equally distant cells the first in order is nearer.
// Interrupted, it leaves cells without neighbors.
Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks = {});

}  // namespace scvigor

#endif
