#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/runtime.hpp"

using scvigor::r::guarded;

// [[Rcpp::export(rng = false)]]
Rcpp::List summarize_counts(SEXP counts, double num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(static_cast<int>(num_threads));
    const auto source = scvigor::r::view_counts(counts);
    const scvigor::CountSummary found = scvigor::summarize_counts(*source);
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("n_negative") = scvigor::r::to_r(found.n_negative),
        Named("n_not_finite") = scvigor::r::to_r(found.n_not_finite),
        Named("n_fractional") = scvigor::r::to_r(found.n_fractional),
        Named("n_empty_cells") = scvigor::r::to_r(found.n_empty_cells));
  });
}

// Called before the number of threads is known; fast enough on one thread.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector log_library_sizes(SEXP counts) {
  return guarded([&] {
    const scvigor::ThreadScope one_thread(1);
    const auto source = scvigor::r::view_counts(counts);
    return Rcpp::NumericVector(Rcpp::wrap(scvigor::log_library_sizes(*source)));
  });
}
