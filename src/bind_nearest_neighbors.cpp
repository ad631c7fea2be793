#include <Rcpp.h>

#include "r_matrix.h"
#include "r_runtime.h"
#include "scvigor/nearest_neighbors.hpp"

namespace {

scvigor::PointView points(const Rcpp::NumericMatrix& cells) {
  return {cells.begin(), cells.nrow(), cells.ncol()};
}

}  // namespace

// Both: cells x dimensions.
// [[Rcpp::export(rng = false)]]
Rcpp::List nearest_neighbors(Rcpp::NumericMatrix query,
                             Rcpp::NumericMatrix reference, double k,
                             int num_threads) {
  return scvigor::r::guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
    scvigor::Neighbors found;
    scvigor::r::with_interrupts([&](const scvigor::Hooks& hooks) {
      found = scvigor::nearest_neighbors(points(query), points(reference),
                                         static_cast<std::int64_t>(k), hooks);
    });
    return Rcpp::List::create(Rcpp::Named("index") = scvigor::r::to_r_positions(
                                  found.index, found.n, found.k),
                              Rcpp::Named("distance") = scvigor::r::to_r_matrix(
                                  found.distance.data(), found.n, found.k));
  });
}
