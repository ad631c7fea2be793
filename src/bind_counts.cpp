#include <Rcpp.h>

#include <cstring>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/count_checks.hpp"
#include "scvigor/runtime.hpp"

using scvigor::r::checked_slot;
using scvigor::r::guarded;

namespace {

// A class that extends dgCMatrix has a validity method of its own.
bool is_plain_dgc_matrix(SEXP counts) {
  if (!Rf_isS4(counts)) return false;
  const SEXP name = Rf_getAttrib(counts, R_ClassSymbol);
  return TYPEOF(name) == STRSXP && XLENGTH(name) == 1 &&
         std::strcmp(CHAR(STRING_ELT(name, 0)), "dgCMatrix") == 0;
}

// Names are text, one for each row and column, or missing.
bool has_fitting_names(SEXP dimnames, const int* dim) {
  if (XLENGTH(dimnames) != 2) return false;
  for (const int side : {0, 1}) {
    const SEXP names = VECTOR_ELT(dimnames, side);
    if (!Rf_isNull(names) &&
        (TYPEOF(names) != STRSXP || XLENGTH(names) != R_xlen_t{dim[side]}))
      return false;
  }
  return true;
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List summarize_counts(SEXP counts, int num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
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

// The positions of genes without any count.
// [[Rcpp::export(rng = false)]]
Rcpp::IntegerVector find_empty_genes(SEXP counts, double num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(static_cast<int>(num_threads));
    const auto source = scvigor::r::view_counts(counts);
    return scvigor::r::to_r_positions(scvigor::empty_genes(*source));
  });
}

// Whether a dgCMatrix is as Matrix's own C code expects it: FALSE where only
// validObject() can tell what is wrong, if anything is. Called before the
// number of threads is known; fast enough on one thread.
// [[Rcpp::export(rng = false)]]
bool has_valid_slots(SEXP counts) {
  return guarded([&] {
    if (!is_plain_dgc_matrix(counts)) return false;
    const scvigor::ThreadScope one_thread(1);
    try {
      checked_slot(counts, "factors", VECSXP);
      const SEXP dimnames = checked_slot(counts, "Dimnames", VECSXP);
      const auto source = scvigor::r::view_counts(counts);
      const int* dim = INTEGER(checked_slot(counts, "Dim", INTSXP));
      const SEXP p = checked_slot(counts, "p", INTSXP);
      const SEXP i = checked_slot(counts, "i", INTSXP);
      return has_fitting_names(dimnames, dim) &&
             INTEGER(p)[XLENGTH(p) - 1] == XLENGTH(i) &&
             scvigor::has_ascending_genes(INTEGER(p), INTEGER(i),
                                          source->n_cells(), source->n_genes());
    } catch (const scvigor::ArgumentError&) {
      return false;
    }
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
