#include "kernels/cpu/distances.hpp"

#include <algorithm>
#include <limits>

#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"
#include "util/ceil_div.hpp"

namespace scvigor {
namespace {

// For four registers of points, whose sums stay in registers; `low` becomes
// the least of what it holds and they.
template <int kBytes>
SCVIGOR_INLINE void squared_distances_of_four(
    const double* tile, std::int64_t n_dims, const double* point,
    double* squared, typename Register<double, kBytes>::Vector& low) {
  using V = typename Register<double, kBytes>::Vector;
  using InMemory = typename Register<double, kBytes>::Type;
  constexpr auto kLanes = Register<double, kBytes>::kSize;
  V sum[4] = {};
  for (std::int64_t d = 0; d < n_dims; ++d) {
    const double* values = tile + d * kPointsPerTile;
    const double here = point[d];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const V gap =
          *reinterpret_cast<const InMemory*>(values + i * kLanes) - here;
      sum[i] += gap * gap;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    *reinterpret_cast<InMemory*>(squared + i * kLanes) = sum[i];
    low = sum[i] < low ? sum[i] : low;
  }
}

template <int kBytes>
SCVIGOR_INLINE void squared_distances_body(const double* tiles,
                                           std::int64_t n_tiles,
                                           std::int64_t n_dims,
                                           const double* point, double* squared,
                                           double* least) {
  using V = typename Register<double, kBytes>::Vector;
  constexpr auto kLanes = Register<double, kBytes>::kSize;
  constexpr double kFar = std::numeric_limits<double>::infinity();
  for (std::int64_t tile = 0; tile < n_tiles; ++tile) {
    const double* from = tiles + tile * n_dims * kPointsPerTile;
    double* to = squared + tile * kPointsPerTile;
    V low = V{} + kFar;
    for (std::int64_t j = 0; j < kPointsPerTile; j += 4 * kLanes)
      squared_distances_of_four<kBytes>(from + j, n_dims, point, to + j, low);
    double lowest = low[0];
#pragma GCC unroll 8
    for (int i = 1; i < kLanes; ++i) lowest = low[i] < lowest ? low[i] : lowest;
    least[tile] = lowest;
  }
}

SCVIGOR_KERNEL_BY_LEVEL(run_squared_distances, squared_distances_body<16>,
                        squared_distances_body<32>, squared_distances_body<64>,
                        (const double* tiles, std::int64_t n_tiles,
                         std::int64_t n_dims, const double* point,
                         double* squared, double* least),
                        (tiles, n_tiles, n_dims, point, squared, least))

}  // namespace

AlignedVector<double> tile_points(const double* values, std::int64_t n,
                                  std::int64_t n_dims) {
  const auto n_tiles = ceil_div(n, kPointsPerTile);
  AlignedVector<double> tiles(n_tiles * n_dims * kPointsPerTile);
  std::fill(tiles.begin(), tiles.end(),
            std::numeric_limits<double>::infinity());
  for (std::int64_t tile = 0; tile < n_tiles; ++tile) {
    const auto first = tile * kPointsPerTile;
    for (std::int64_t d = 0; d < n_dims; ++d)
      std::copy_n(values + d * n + first, std::min(kPointsPerTile, n - first),
                  tiles.data() + (tile * n_dims + d) * kPointsPerTile);
  }
  return tiles;
}

void squared_distances(const double* tiles, std::int64_t n_tiles,
                       std::int64_t n_dims, const double* point,
                       double* squared, double* least) {
  run_squared_distances(tiles, n_tiles, n_dims, point, squared, least);
}

}  // namespace scvigor
