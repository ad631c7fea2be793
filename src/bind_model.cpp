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

// [[Rcpp::export(rng = false)]]
Rcpp::List machine_info() {
  return guarded([&] {
    return Rcpp::List::create(
        Rcpp::Named("n_processors") = scvigor::n_processors(),
        Rcpp::Named("memory_limit") = scvigor::memory_limit());
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List runtime_info() {
  return guarded([&] {
    return Rcpp::List::create(
        Rcpp::Named("libtorch") = scvigor::libtorch_version(),
        Rcpp::Named("cpu_level") = scvigor::cpu_level_name(),
        Rcpp::Named("num_threads") = scvigor::num_threads(),
        Rcpp::Named("cuda") = scvigor::cuda_is_available());
  });
}

// Empty, or what is wrong with SCVIGOR_CPU_LEVEL.
// [[Rcpp::export(rng = false)]]
std::string cpu_level_warning() { return scvigor::cpu_level_warning(); }
