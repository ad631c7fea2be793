#include <Rcpp.h>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/transfer.hpp"

using scvigor::r::guarded;

namespace {

scvigor::Levels levels_from_list(const Rcpp::List& list) {
  scvigor::Levels levels;
  scvigor::r::from_r("n_batch", list["n_batch"], levels.n_batch);
  scvigor::r::from_r("n_labels", list["n_labels"], levels.n_labels);
  scvigor::r::from_r("n_cats_per_cov", list["n_cats_per_cov"],
                     levels.n_cats_per_cov);
  return levels;
}

}  // namespace

// A reference's options and weights with the levels of the query `cells`:
// the handle and the weights of the new model.
// [[Rcpp::export(rng = false)]]
Rcpp::List extend_scvi(Rcpp::List model_options, Rcpp::List weights,
                       Rcpp::List levels, Rcpp::List cells, double seed) {
  return guarded([&] {
    const scvigor::Model reference(
        scvigor::r::options_from_list<scvigor::ModelOptions>(model_options),
        scvigor::r::state_from_list(weights));
    const auto known = levels_from_list(levels);
    auto options = reference.options();
    options.n_batch = known.n_batch;
    auto query = std::make_unique<scvigor::Model>(scvigor::add_levels(
        reference, known,
        scvigor::r::prior_for(options, scvigor::r::cells_from_list(cells)),
        static_cast<std::uint64_t>(seed)));
    const Rcpp::List state = scvigor::r::state_to_list(query->state());
    return Rcpp::List::create(
        Rcpp::Named("pointer") = Rcpp::XPtr<scvigor::Model>(query.release()),
        Rcpp::Named("state") = state);
  });
}
