#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"

using scvigor::r::guarded;

// The core's defaults; the formals of trainSCVI() repeat them.
// [[Rcpp::export(rng = false)]]
Rcpp::List default_options() {
  return guarded([&] {
    return Rcpp::List::create(
        Rcpp::Named("model") =
            scvigor::r::options_to_list(scvigor::ModelOptions{}),
        Rcpp::Named("train") =
            scvigor::r::options_to_list(scvigor::TrainOptions{}));
  });
}

// [[Rcpp::export(rng = false)]]
void validate_options(Rcpp::List model_options, Rcpp::List train_options) {
  guarded([&] {
    scvigor::validate(
        scvigor::r::options_from_list<scvigor::ModelOptions>(model_options));
    scvigor::validate(
        scvigor::r::options_from_list<scvigor::TrainOptions>(train_options));
  });
}

// [[Rcpp::export(rng = false)]]
double default_max_epochs(double n_cells) {
  return guarded([&] {
    return static_cast<double>(
        scvigor::default_max_epochs(static_cast<std::int64_t>(n_cells)));
  });
}
