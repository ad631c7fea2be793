#include <Rcpp.h>

#include "r_query.h"

// Cells x samples. `dof`, `num_cells_posterior` and `scored`, positions
// counting from 0, may be NULL.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix differential_abundance(SEXP model, Rcpp::List cells,
                                           Rcpp::IntegerVector sample,
                                           Rcpp::RObject num_cells_posterior,
                                           Rcpp::RObject dof, double batch_size,
                                           double seed, Rcpp::RObject scored,
                                           Rcpp::List compute) {
  using scvigor::Cells;
  using scvigor::Hooks;
  using scvigor::Model;
  return scvigor::r::run_verb(
      model, cells, compute, {batch_size},
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        auto options = scvigor::r::common_options<scvigor::AbundanceOptions>(
            batch_size, seed);
        options.sample.assign(sample.begin(), sample.end());
        scvigor::r::from_r("subset.col", scored, options.scored);
        scvigor::r::from_r("num_cells_posterior", num_cells_posterior,
                           options.num_cells_posterior);
        scvigor::r::from_r("dof", dof, options.dof);
        return scvigor::r::to_r_matrix(
            scvigor::differential_abundance(m, c, options, hooks));
      });
}
