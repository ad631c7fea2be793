// The nearest cells are the true ones, on every processor.

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
#include "scvigor/error.hpp"
#include "scvigor/nearest_neighbors.hpp"
#include "scvigor/runtime.hpp"

using namespace scvigor;

namespace {

// n x n_dims, one dimension after another. On a grid, so that many cells are
// equally distant from another.
std::vector<double> grid_points(std::int64_t n, std::int64_t n_dims,
                                unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> steps(-4, 4);
  std::vector<double> points(static_cast<std::size_t>(n * n_dims));
  for (double& value : points) value = 0.5 * steps(generator);
  return points;
}

Neighbors by_sorting(const PointView& query, const PointView& reference,
                     std::int64_t k) {
  Neighbors out{query.n, k, {}, {}};
  for (std::int64_t i = 0; i < query.n; ++i) {
    std::vector<std::pair<double, std::int64_t>> all;
    for (std::int64_t j = 0; j < reference.n; ++j) {
      double squared = 0;
      for (std::int64_t d = 0; d < query.n_dims; ++d)
        squared += std::pow(query.values[d * query.n + i] -
                                reference.values[d * reference.n + j],
                            2);
      all.emplace_back(std::sqrt(squared), j);
    }
    std::sort(all.begin(), all.end());
    for (std::int64_t j = 0; j < k; ++j) {
      out.distance.push_back(all[j].first);
      out.index.push_back(all[j].second);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("nearest_neighbors() equals sorting all pairs") {
  // about the sizes of a tile, of the tiles at a time, of the cells at a time
  const std::int64_t sizes[][4] = {{1, 1, 1, 1},     {3, 31, 2, 31},
                                   {65, 32, 10, 5},  {130, 33, 30, 33},
                                   {7, 2049, 3, 50}, {1100, 100, 4, 7}};
  for (const auto& size : sizes) {
    const auto from = grid_points(size[0], size[2], 1);
    const auto to = grid_points(size[1], size[2], 2);
    const PointView query{from.data(), size[0], size[2]};
    const PointView reference{to.data(), size[1], size[2]};
    const Neighbors expected = by_sorting(query, reference, size[3]);
    support::for_each_cpu_level([&](const std::string& level) {
      INFO(level);
      for (const int n_threads : {1, 3}) {
        const ThreadScope threads(n_threads);
        const Neighbors found = nearest_neighbors(query, reference, size[3]);
        CHECK(found.n == size[0]);
        CHECK(found.k == size[3]);
        CHECK(found.index == expected.index);
        CHECK(found.distance == expected.distance);
      }
    });
  }
}

TEST_CASE("nearest_neighbors() of no cells is empty") {
  const auto to = grid_points(5, 2, 1);
  const Neighbors found =
      nearest_neighbors({nullptr, 0, 2}, {to.data(), 5, 2}, 3);
  CHECK(found.n == 0);
  CHECK(found.index.empty());
}

TEST_CASE("nearest_neighbors() ends when it is interrupted") {
  const auto points = grid_points(3000, 2, 1);
  const PointView places{points.data(), 3000, 2};
  int asked = 0;
  Hooks hooks;
  hooks.interrupted = [&asked] { return ++asked == 2; };
  nearest_neighbors(places, places, 3, hooks);
  CHECK(asked == 2);
}

TEST_CASE("nearest_neighbors() refuses invalid dimensions and k") {
  const auto points = grid_points(6, 2, 1);
  const PointView places{points.data(), 6, 2};
  CHECK_THROWS_AS(nearest_neighbors(places, places, 0), ArgumentError);
  CHECK_THROWS_AS(nearest_neighbors(places, places, 7), ArgumentError);
  CHECK_THROWS_AS(nearest_neighbors(places, {points.data(), 4, 3}, 1),
                  ArgumentError);
}
