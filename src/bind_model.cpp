#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"

using scvigor::r::guarded;

// The handle of a model with the given weights, R arrays.
// [[Rcpp::export(rng = false)]]
SEXP model_from_state(Rcpp::List options, Rcpp::List state) {
  return guarded([&] {
    return static_cast<SEXP>(Rcpp::XPtr<scvigor::Model>(new scvigor::Model(
        scvigor::r::options_from_list<scvigor::ModelOptions>(options),
        scvigor::r::state_from_list(state))));
  });
}

// A pointer that has been through saveRDS() or serialize() is null.
// [[Rcpp::export(rng = false)]]
bool is_null_pointer(SEXP pointer) {
  return TYPEOF(pointer) != EXTPTRSXP || R_ExternalPtrAddr(pointer) == nullptr;
}

// A pointer that keeps `value` alive. Unlike an R object it is written by
// saveRDS() without the value, and comes back as a null pointer.
// [[Rcpp::export(rng = false)]]
SEXP hold_value(SEXP value) {
  return Rcpp::XPtr<Rcpp::RObject>(new Rcpp::RObject(value));
}

// That value; NULL for a null pointer, or for what is not a pointer.
// [[Rcpp::export(rng = false)]]
SEXP held_value(SEXP pointer) {
  if (is_null_pointer(pointer)) return R_NilValue;
  return *static_cast<Rcpp::RObject*>(R_ExternalPtrAddr(pointer));
}

// Whether a value is made of vectors and lists alone, with names and dimensions
// as the only attributes. Nothing is evaluated.
// [[Rcpp::export(rng = false)]]
bool is_plain_data(SEXP value) {
  for (SEXP node = ATTRIB(value); node != R_NilValue; node = CDR(node))
    if ((TAG(node) != R_NamesSymbol && TAG(node) != R_DimSymbol &&
         TAG(node) != R_DimNamesSymbol) ||
        !is_plain_data(CAR(node)))
      return false;
  switch (TYPEOF(value)) {
    case NILSXP:
    case LGLSXP:
    case INTSXP:
    case REALSXP:
    case STRSXP:
    case RAWSXP:
      return true;
    case VECSXP:
      for (R_xlen_t i = 0; i < Rf_xlength(value); ++i)
        if (!is_plain_data(VECTOR_ELT(value, i))) return false;
      return true;
    default:
      return false;
  }
}

// Seeds for `n` draws under one seed; the first is the seed itself.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector draw_seeds(double seed, int n) {
  return guarded([&] {
    Rcpp::NumericVector out(n);
    for (int i = 0; i < n; ++i)
      out[i] = static_cast<double>(scvigor::draw_seed(
          static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(i)));
    return out;
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List machine_info() {
  return guarded([&] {
    return Rcpp::List::create(
        Rcpp::Named("n_processors") = scvigor::n_processors(),
        Rcpp::Named("available_processors") = scvigor::available_processors(),
        Rcpp::Named("memory_limit") = scvigor::memory_limit());
  });
}
