#ifndef SCVIGOR_CORE_KERNELS_CPU_DISTANCES_HPP
#define SCVIGOR_CORE_KERNELS_CPU_DISTANCES_HPP

#include <cstdint>

#include "simd/aligned_vector.hpp"

namespace scvigor {

// So many points lie together, one dimension after another: a tile.
inline constexpr std::int64_t kPointsPerTile = 32;

// Points as squared_distances() wants them: tiles x dimensions x
// kPointsPerTile. What the last tile lacks is infinitely far away.
//   values: n_dims x n
AlignedVector<double> tile_points(const double* values, std::int64_t n,
                                  std::int64_t n_dims);

// From one point to those of some tiles.
//   tiles: n_tiles x n_dims x kPointsPerTile;  point: n_dims
//   squared: n_tiles x kPointsPerTile;  least: n_tiles, the least of each
void squared_distances(const double* tiles, std::int64_t n_tiles,
                       std::int64_t n_dims, const double* point,
                       double* squared, double* least);

}  // namespace scvigor

#endif
