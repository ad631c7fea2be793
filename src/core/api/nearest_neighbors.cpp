#include "scvigor/nearest_neighbors.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "kernels/cpu/distances.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

// Tiles that a thread goes through with a few cells before the next ones: in
// 30 dimensions they and the distances to them fit the second cache.
constexpr std::int64_t kTilesAtATime = 64;
constexpr std::int64_t kCellsAtATime = 64;
// Between two looks at whether to go on.
constexpr std::int64_t kCellsPerRound = 1024;

// The k nearest so far. Equally distant ones are ordered by their index.
class Nearest {
 public:
  explicit Nearest(std::int64_t k) : k_(static_cast<std::size_t>(k)) {
    heap_.reserve(k_ + 1);
  }

  bool takes(double squared) const {
    return heap_.size() < k_ || squared < heap_.front().first;
  }
  // Indices come in increasing order.
  void add(double squared, std::int64_t index) {
    heap_.emplace_back(squared, index);
    std::push_heap(heap_.begin(), heap_.end());
    if (heap_.size() <= k_) return;
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
  void write(std::int64_t* index, double* distance) {
    std::sort_heap(heap_.begin(), heap_.end());
    for (const auto& found : heap_) {
      *distance++ = std::sqrt(found.first);
      *index++ = found.second;
    }
  }

 private:
  std::size_t k_;
  std::vector<std::pair<double, std::int64_t>> heap_;
};

class Search {
 public:
  Search(const PointView& query, const PointView& reference, Neighbors& out)
      : query_(query),
        n_(reference.n),
        out_(out),
        tiles_(tile_points(reference.values, reference.n, reference.n_dims)),
        n_tiles_((n_ + kPointsPerTile - 1) / kPointsPerTile) {}

  // Cells [first, last) of the query.
  void run(std::int64_t first, std::int64_t last) {
    for (; first < last; first += kCellsAtATime)
      run_some(first, std::min(kCellsAtATime, last - first));
  }

 private:
  void run_some(std::int64_t first, std::int64_t n_cells) {
    const auto n_dims = query_.n_dims;
    AlignedVector<double> points(n_cells * n_dims);
    for (std::int64_t i = 0; i < n_cells; ++i)
      for (std::int64_t d = 0; d < n_dims; ++d)
        points[i * n_dims + d] = query_.values[d * query_.n + first + i];
    std::vector<Nearest> nearest(static_cast<std::size_t>(n_cells),
                                 Nearest(out_.k));
    for (std::int64_t tile = 0; tile < n_tiles_; tile += kTilesAtATime)
      for (std::int64_t i = 0; i < n_cells; ++i)
        look_at(tile, points.data() + i * n_dims, nearest[i]);
    for (std::int64_t i = 0; i < n_cells; ++i)
      nearest[i].write(out_.index.data() + (first + i) * out_.k,
                       out_.distance.data() + (first + i) * out_.k);
  }

  // Most tiles hold nothing that is near enough.
  void look_at(std::int64_t first, const double* point,
               Nearest& nearest) const {
    const auto n_tiles = std::min(kTilesAtATime, n_tiles_ - first);
    double squared[kTilesAtATime * kPointsPerTile];
    double least[kTilesAtATime];
    squared_distances(tiles_.data() + first * query_.n_dims * kPointsPerTile,
                      n_tiles, query_.n_dims, point, squared, least);
    for (std::int64_t tile = 0; tile < n_tiles; ++tile) {
      if (!nearest.takes(least[tile])) continue;
      const auto begin = (first + tile) * kPointsPerTile;
      const double* here = squared + tile * kPointsPerTile;
      for (auto j = begin; j < std::min(begin + kPointsPerTile, n_); ++j)
        if (nearest.takes(here[j - begin])) nearest.add(here[j - begin], j);
    }
  }

  PointView query_;
  std::int64_t n_;  // of the reference
  Neighbors& out_;
  AlignedVector<double> tiles_;
  std::int64_t n_tiles_;
};

}  // namespace

Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks) {
  if (query.n_dims != reference.n_dims)
    throw ArgumentError("reference",
                        "`query` and `reference` must have the same number of "
                        "dimensions.");
  if (k < 1 || k > reference.n)
    throw ArgumentError("k", "`k` must be from 1 to the " +
                                 std::to_string(reference.n) +
                                 " cells of the reference.");
  Neighbors out;
  out.n = query.n;
  out.k = k;
  out.index.resize(static_cast<std::size_t>(query.n * k));
  out.distance.resize(static_cast<std::size_t>(query.n * k));
  Search search(query, reference, out);
  for (std::int64_t first = 0; first < query.n; first += kCellsPerRound) {
    if (hooks.interrupted && hooks.interrupted()) break;
    at::parallel_for(first, std::min(first + kCellsPerRound, query.n), 1,
                     [&search](std::int64_t begin, std::int64_t end) {
                       search.run(begin, end);
                     });
  }
  return out;
}

}  // namespace scvigor
