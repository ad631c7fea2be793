#ifndef SCVIGOR_NEAREST_NEIGHBORS_HPP
#define SCVIGOR_NEAREST_NEIGHBORS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/hooks.hpp"

namespace scvigor {

// n points: n x n_dims, one dimension after another. Not owned.
struct PointView {
  const double* values = nullptr;
  std::int64_t n = 0;
  std::int64_t n_dims = 0;
};

// n x k each, row-major: the neighbors of every cell, the nearest first.
struct Neighbors {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int64_t> index;  // counts from 0
  std::vector<double> distance;     // Euclidean
};

// The `k` cells of `reference` nearest to each of `query`. Exact: all pairs
// are compared. Equally distant cells are ordered by index. If
// interrupted, the remaining cells have no neighbors.
Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks = {});

}  // namespace scvigor

#endif
