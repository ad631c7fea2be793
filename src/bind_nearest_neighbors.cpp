#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/nearest_neighbors.hpp"

namespace {

scvigor::PointView places(const Rcpp::NumericMatrix& cells) {
  return {cells.begin(), cells.nrow(), cells.ncol()};
}

// Cells x k.
template <class To, class From>
To by_cell(const scvigor::Neighbors& found, const std::vector<From>& values,
           int shift) {
  To out(static_cast<int>(found.n), static_cast<int>(found.k));
  auto value = values.begin();
  for (int cell = 0; cell < out.nrow(); ++cell)
    for (int j = 0; j < out.ncol(); ++j) out(cell, j) = *value++ + shift;
  return out;
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
      found = scvigor::nearest_neighbors(places(query), places(reference),
                                         static_cast<std::int64_t>(k), hooks);
    });
    return Rcpp::List::create(
        Rcpp::Named("index") =
            by_cell<Rcpp::IntegerMatrix>(found, found.index, 1),
        Rcpp::Named("distance") =
            by_cell<Rcpp::NumericMatrix>(found, found.distance, 0));
  });
}
