#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/likelihood.hpp"

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

// What a likelihood has, by its name.
// [[Rcpp::export(rng = false)]]
Rcpp::List likelihood_traits(const std::string& gene_likelihood) {
  return guarded([&] {
    const auto traits = scvigor::likelihood_traits(
        scvigor::parse_choice<scvigor::GeneLikelihood>("gene_likelihood",
                                                       gene_likelihood));
    return Rcpp::List::create(Rcpp::Named("has_theta") = traits.has_theta,
                              Rcpp::Named("has_dropout") = traits.has_dropout,
                              Rcpp::Named("is_count") = traits.is_count);
  });
}

// [[Rcpp::export(rng = false)]]
double default_max_epochs(double n_cells) {
  return guarded([&] {
    return static_cast<double>(
        scvigor::default_max_epochs(static_cast<std::int64_t>(n_cells)));
  });
}
