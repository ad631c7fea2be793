#include <Rcpp.h>

#include <algorithm>

#include "r_convert.h"
#include "r_runtime.h"

using scvigor::r::guarded;
using scvigor::r::with_interrupts;
using ModelPointer = Rcpp::XPtr<scvigor::Model>;

// [[Rcpp::export(rng = false)]]
Rcpp::List latent_posterior(SEXP model, Rcpp::List cells, double batch_size,
                            int num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
    scvigor::Posterior posterior;
    with_interrupts([&](const scvigor::Hooks& hooks) {
      posterior = scvigor::latent_posterior(
          *ModelPointer(model), scvigor::r::cells_from_list(cells),
          static_cast<std::int64_t>(batch_size), hooks);
    });
    return Rcpp::List::create(
        Rcpp::Named("mean") = scvigor::r::to_r_matrix(posterior.mean),
        Rcpp::Named("var") = scvigor::r::to_r_matrix(posterior.var));
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix latent_representation(SEXP model, Rcpp::List cells,
                                          bool give_mean, double mc_samples,
                                          double batch_size, double seed,
                                          int num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
    scvigor::LatentOptions options;
    options.give_mean = give_mean;
    options.mc_samples = static_cast<std::int64_t>(mc_samples);
    options.batch_size = static_cast<std::int64_t>(batch_size);
    options.seed = static_cast<std::uint64_t>(seed);
    scvigor::Matrix latent;
    with_interrupts([&](const scvigor::Hooks& hooks) {
      latent = scvigor::latent_representation(
          *ModelPointer(model), scvigor::r::cells_from_list(cells), options,
          hooks);
    });
    return scvigor::r::to_r_matrix(latent);
  });
}

// Codes count from 0; no genes means all of them. The result is genes x
// cells: the core's rows of cells are R's columns, written in place.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix normalized_expression(
    SEXP model, Rcpp::List cells, Rcpp::IntegerVector transform_batch,
    Rcpp::IntegerVector genes, bool latent_library_size, double library_size,
    double n_samples, bool posterior_mean, double batch_size, double seed,
    int num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
    const ModelPointer pointer(model);
    const auto core_cells = scvigor::r::cells_from_list(cells);
    scvigor::ExpressionOptions options;
    options.transform_batch.assign(transform_batch.begin(),
                                   transform_batch.end());
    options.genes.assign(genes.begin(), genes.end());
    options.latent_library_size = latent_library_size;
    options.library_size = library_size;
    options.n_samples = static_cast<std::int64_t>(n_samples);
    options.posterior_mean = posterior_mean;
    options.batch_size = static_cast<std::int64_t>(batch_size);
    options.seed = static_cast<std::uint64_t>(seed);

    const auto n_genes = genes.size() > 0
                             ? static_cast<std::int64_t>(genes.size())
                             : pointer->options().n_genes;
    const Rcpp::NumericMatrix out =
        Rf_allocMatrix(REALSXP, static_cast<int>(n_genes),
                       static_cast<int>(core_cells.n_cells()));
    double* const first_value = REAL(out);
    with_interrupts([&](const scvigor::Hooks& hooks) {
      scvigor::normalized_expression(
          *pointer, core_cells, options,
          [=](const scvigor::RowBlock& block) {
            std::copy_n(block.values, block.n_rows * block.n_cols,
                        first_value + block.first * n_genes);
          },
          hooks);
    });
    return out;
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List cell_losses(SEXP model, Rcpp::List cells, bool posterior_mean,
                       double batch_size, double seed, int num_threads) {
  return guarded([&] {
    const scvigor::ThreadScope threads(num_threads);
    scvigor::LossOptions options;
    options.posterior_mean = posterior_mean;
    options.batch_size = static_cast<std::int64_t>(batch_size);
    options.seed = static_cast<std::uint64_t>(seed);
    scvigor::CellLosses losses;
    with_interrupts([&](const scvigor::Hooks& hooks) {
      losses = scvigor::cell_losses(*ModelPointer(model),
                                    scvigor::r::cells_from_list(cells),
                                    options, hooks);
    });
    return Rcpp::List::create(
        Rcpp::Named("reconstruction_loss") = losses.reconstruction_loss,
        Rcpp::Named("kl_z") = losses.kl_z, Rcpp::Named("kl_l") = losses.kl_l);
  });
}
