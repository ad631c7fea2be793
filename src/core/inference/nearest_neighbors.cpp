#include "inference/nearest_neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/cpu/distances.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

// A thread compares kQueryCells cells with kTiles tiles of the reference before
// it reads the next tiles: in 30 dimensions these and the distances fit the L2
// cache.
constexpr std::int64_t kTiles = 64;
constexpr std::int64_t kQueryCells = 64;
// Cells between two calls of Hooks::interrupted.
constexpr std::int64_t kCellsPerPoll = 1024;

// The k nearest so far. Equally distant ones are ordered by their index.
class NearestHeap {
 public:
  explicit NearestHeap(std::int64_t k) : k_(static_cast<std::size_t>(k)) {
    heap_.reserve(k_ + 1);
  }

  bool accepts(double squared) const {
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
        n_tiles_(ceil_div(n_, kPointsPerTile)) {}

  // Cells [first, last) of the query.
  void run(std::int64_t first, std::int64_t last) {
    for (; first < last; first += kQueryCells)
      run_block(first, std::min(kQueryCells, last - first));
  }

 private:
  void run_block(std::int64_t first, std::int64_t n_cells) {
    const auto n_dims = query_.n_dims;
    AlignedVector<double> points(n_cells * n_dims);
    for (std::int64_t i = 0; i < n_cells; ++i)
      for (std::int64_t d = 0; d < n_dims; ++d)
        points[i * n_dims + d] = query_.values[d * query_.n + first + i];
    std::vector<NearestHeap> nearest(static_cast<std::size_t>(n_cells),
                                     NearestHeap(out_.k));
    for (std::int64_t tile = 0; tile < n_tiles_; tile += kTiles)
      for (std::int64_t i = 0; i < n_cells; ++i)
        compare(tile, points.data() + i * n_dims, nearest[i]);
    for (std::int64_t i = 0; i < n_cells; ++i)
      nearest[i].write(out_.index.data() + (first + i) * out_.k,
                       out_.distance.data() + (first + i) * out_.k);
  }

  // Distances from one cell to some tiles; most tiles have no point that is
  // near enough.
  void compare(std::int64_t first, const double* point,
               NearestHeap& nearest) const {
    const auto n_tiles = std::min(kTiles, n_tiles_ - first);
    double squared[kTiles * kPointsPerTile];
    double min_squared[kTiles];
    squared_distances(tiles_.data() + first * query_.n_dims * kPointsPerTile,
                      n_tiles, query_.n_dims, point, squared, min_squared);
    for (std::int64_t tile = 0; tile < n_tiles; ++tile) {
      if (!nearest.accepts(min_squared[tile])) continue;
      const auto begin = (first + tile) * kPointsPerTile;
      const double* tile_squared = squared + tile * kPointsPerTile;
      for (auto j = begin; j < std::min(begin + kPointsPerTile, n_); ++j)
        if (nearest.accepts(tile_squared[j - begin]))
          nearest.add(tile_squared[j - begin], j);
    }
  }

  PointView query_;
  std::int64_t n_;  // of the reference
  Neighbors& out_;
  AlignedVector<double> tiles_;
  std::int64_t n_tiles_;
};

}  // namespace

namespace core {

Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks) {
  Neighbors out;
  out.n = query.n;
  out.k = k;
  out.index.resize(static_cast<std::size_t>(query.n * k));
  out.distance.resize(static_cast<std::size_t>(query.n * k));
  Search search(query, reference, out);
  for (std::int64_t first = 0; first < query.n; first += kCellsPerPoll) {
    if (hooks.interrupted && hooks.interrupted()) break;
    parallel_for(first, std::min(first + kCellsPerPoll, query.n), 1,
                 [&search](std::int64_t begin, std::int64_t end) {
                   search.run(begin, end);
                 });
  }
  return out;
}

}  // namespace core
}  // namespace scvigor
