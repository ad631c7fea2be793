#include <Rcpp.h>

#include "r_query.h"

using scvigor::Cells;
using scvigor::Hooks;
using scvigor::Model;
using scvigor::RowBlock;
using scvigor::r::run_verb;

namespace {

// `size` is the total that expression sums to; NA: the cell's own.
template <class Options>
Options expression_options(const Rcpp::List& decode, double size) {
  auto options = scvigor::r::decode_options<Options>(decode);
  options.latent_library_size = Rcpp::NumericVector::is_na(size);
  if (!options.latent_library_size) options.library_size = size;
  return options;
}

}  // namespace

// Genes x cells; or NULL with a function `write`, which is called with the
// blocks.
// [[Rcpp::export(rng = false)]]
Rcpp::RObject normalized_expression(SEXP model, Rcpp::List cells,
                                    Rcpp::List decode, double library_size,
                                    Rcpp::RObject write, Rcpp::List compute) {
  return run_verb(
      model, cells, compute, scvigor::r::passes_of(decode),
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        const auto options = expression_options<scvigor::ExpressionOptions>(
            decode, library_size);
        if (!write.isNULL()) {
          const scvigor::r::BlockWriter writer(write);
          scvigor::normalized_expression(
              m, c, options, [&](const RowBlock& rows) { writer(0, rows); },
              hooks);
          return Rcpp::RObject();
        }
        scvigor::r::GeneCellArray out(m, c, options, 1);
        scvigor::normalized_expression(
            m, c, options, [](const RowBlock&) {}, hooks,
            [&](std::int64_t first, std::int64_t) {
              return out.buffer(first);
            });
        return Rcpp::RObject(out.get());
      });
}

// Genes x samples. `overall` names the other members of OverallOptions.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix expression_samples(SEXP model, Rcpp::List cells,
                                       Rcpp::List decode, double library_size,
                                       Rcpp::List overall, Rcpp::List compute) {
  return run_verb(
      model, cells, compute, scvigor::r::passes_of(decode),
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        auto options =
            expression_options<scvigor::OverallOptions>(decode, library_size);
        options.n_samples_overall =
            scvigor::r::whole_number(overall, "n_samples_overall");
        options.max_cells = scvigor::r::whole_number(overall, "max_cells");
        options.n_mc_samples =
            scvigor::r::whole_number(overall, "n_mc_samples");
        options.importance = Rcpp::as<bool>(overall["importance"]);
        const auto n_genes =
            options.genes.empty()
                ? m.options().n_genes
                : static_cast<std::int64_t>(options.genes.size());
        Rcpp::NumericMatrix out(static_cast<int>(n_genes),
                                static_cast<int>(options.n_samples_overall));
        scvigor::expression_samples(
            m, c, options,
            [&](const RowBlock& rows) {
              std::copy_n(rows.values, rows.n_rows * rows.n_cols,
                          out.begin() + rows.first * rows.n_cols);
            },
            hooks);
        return out;
      });
}
