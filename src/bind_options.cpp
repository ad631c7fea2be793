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

// The options that `recipe` sets for `n_train` cells, with or without others to
// validate. `given` may hold batch_size, max_epochs and max_steps.
// [[Rcpp::export(rng = false)]]
Rcpp::List recipe_options(const std::string& recipe, double n_train,
                          bool has_validation, Rcpp::List given) {
  return guarded([&] {
    const auto optional = [&](const char* name) {
      std::optional<std::int64_t> value;
      if (given.containsElementNamed(name))
        scvigor::r::from_r(name, given[name], value);
      return value;
    };
    scvigor::RecipeRequest request;
    request.recipe = scvigor::parse_choice<scvigor::Recipe>("recipe", recipe);
    request.n_train = static_cast<std::int64_t>(n_train);
    request.has_validation = has_validation;
    request.batch_size = optional("batch_size");
    request.max_epochs = optional("max_epochs");
    request.max_steps = optional("max_steps");
    return scvigor::r::options_to_list(scvigor::recipe_options(request));
  });
}
