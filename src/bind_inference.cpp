#include <Rcpp.h>

#include "r_query.h"

using scvigor::Cells;
using scvigor::Hooks;
using scvigor::Model;
using scvigor::r::run_verb;

// [[Rcpp::export(rng = false)]]
Rcpp::List latent_posterior(SEXP model, Rcpp::List cells, double batch_size,
                            Rcpp::List compute) {
  return run_verb(model, cells, compute, {batch_size},
                  [=](const Model& m, const Cells& c, const Hooks& hooks) {
                    auto posterior = scvigor::latent_posterior(
                        m, c, static_cast<std::int64_t>(batch_size), hooks);
                    const auto mean = scvigor::r::to_r_matrix(posterior.mean);
                    posterior.mean = {};  // of a million cells, 80 MB
                    using Rcpp::Named;
                    return Rcpp::List::create(
                        Named("mean") = mean,
                        Named("var") = scvigor::r::to_r_matrix(posterior.var));
                  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix latent_representation(SEXP model, Rcpp::List cells,
                                          bool give_mean, double mc_samples,
                                          double batch_size, double seed,
                                          Rcpp::List compute) {
  return run_verb(model, cells, compute, {batch_size},
                  [=](const Model& m, const Cells& c, const Hooks& hooks) {
                    auto options =
                        scvigor::r::common_options<scvigor::LatentOptions>(
                            batch_size, seed);
                    options.give_mean = give_mean;
                    options.mc_samples = static_cast<std::int64_t>(mc_samples);
                    return scvigor::r::to_r_matrix(
                        scvigor::latent_representation(m, c, options, hooks));
                  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List cell_losses(SEXP model, Rcpp::List cells, bool posterior_mean,
                       double batch_size, double seed, Rcpp::List compute) {
  return run_verb(
      model, cells, compute, {batch_size},
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        auto options =
            scvigor::r::common_options<scvigor::LossOptions>(batch_size, seed);
        options.posterior_mean = posterior_mean;
        const auto losses = scvigor::cell_losses(m, c, options, hooks);
        using Rcpp::Named;
        return Rcpp::List::create(
            Named("reconstruction_loss") = losses.reconstruction_loss,
            Named("kl_z") = losses.kl_z, Named("kl_l") = losses.kl_l);
      });
}

// [[Rcpp::export(rng = false)]]
std::vector<double> latent_library_size(SEXP model, Rcpp::List cells,
                                        bool give_mean, double batch_size,
                                        double seed, Rcpp::List compute) {
  return run_verb(model, cells, compute, {batch_size},
                  [=](const Model& m, const Cells& c, const Hooks& hooks) {
                    auto options =
                        scvigor::r::common_options<scvigor::LibraryOptions>(
                            batch_size, seed);
                    options.give_mean = give_mean;
                    return scvigor::latent_library_size(m, c, options, hooks);
                  });
}

// [[Rcpp::export(rng = false)]]
std::vector<double> marginal_log_likelihood(SEXP model, Rcpp::List cells,
                                            double n_mc_samples,
                                            double batch_size, double seed,
                                            Rcpp::List compute) {
  return run_verb(
      model, cells, compute, {batch_size, n_mc_samples},
      [=](const Model& m, const Cells& c, const Hooks& hooks) {
        auto options = scvigor::r::common_options<scvigor::MarginalOptions>(
            batch_size, seed);
        options.n_mc_samples = static_cast<std::int64_t>(n_mc_samples);
        return scvigor::marginal_log_likelihood(m, c, options, hooks);
      });
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix decoder_loadings(SEXP model) {
  return scvigor::r::guarded([&] {
    return scvigor::r::to_r_matrix(
        scvigor::loadings(*Rcpp::XPtr<Model>(model)));
  });
}
