#include "scvigor/inference.hpp"

#include "api/check_cells.hpp"
#include "api/check_options.hpp"
#include "api/errors.hpp"
#include "inference/verbs.hpp"

namespace scvigor {
namespace {

// Checks that every verb needs.
void check(const Model& model, const Cells& cells, std::int64_t batch_size) {
  if (batch_size < 1)
    throw ArgumentError("batch_size", "`batch_size` must be at least 1.");
  check_cells(cells, model.options());
}

}  // namespace

Posterior latent_posterior(const Model& model, const Cells& cells,
                           std::int64_t batch_size, const Hooks& hooks) {
  check(model, cells, batch_size);
  return without_torch_errors([&] {
    return core::latent_posterior(evaluation(model), cells, batch_size, hooks);
  });
}

Matrix latent_representation(const Model& model, const Cells& cells,
                             const LatentOptions& options, const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_latent(options);
  return without_torch_errors([&] {
    return core::latent_representation(evaluation(model), cells, options,
                                       hooks);
  });
}

void normalized_expression(const Model& model, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks,
                           const RowBuffer& buffer) {
  check(model, cells, options.batch_size);
  check_decode(options, model.options());
  without_torch_errors([&] {
    core::normalized_expression(evaluation(model), cells, options, sink, hooks,
                                buffer);
  });
}

void expression_samples(const Model& model, const Cells& cells,
                        const OverallOptions& options, const RowSink& sink,
                        const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_overall(options, cells, model.options());
  without_torch_errors([&] {
    core::expression_samples(evaluation(model), cells, options, sink, hooks);
  });
}

std::vector<double> importance_weights(const Model& model, const Cells& cells,
                                       const OverallOptions& options,
                                       const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_importance(options, cells);
  check_decode(options, model.options());
  return without_torch_errors([&] {
    return core::importance_weights(evaluation(model), cells, options, hooks);
  });
}

Matrix differential_abundance(const Model& model, const Cells& cells,
                              const AbundanceOptions& options,
                              const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_abundance(options, cells);
  return without_torch_errors([&] {
    return core::differential_abundance(evaluation(model), cells, options,
                                        hooks);
  });
}

CellLosses cell_losses(const Model& model, const Cells& cells,
                       const LossOptions& options, const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_losses(cells);
  return without_torch_errors([&] {
    return core::cell_losses(evaluation(model), cells, options, hooks);
  });
}

void posterior_predictive_sample(const Model& model, const Cells& cells,
                                 const DecodeOptions& options,
                                 const SampleSink& sink, const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_decode(options, model.options());
  without_torch_errors([&] {
    core::posterior_predictive_sample(evaluation(model), cells, options, sink,
                                      hooks);
  });
}

void denoised_sample(const Model& model, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_decode(options, model.options());
  without_torch_errors([&] {
    core::denoised_sample(evaluation(model), cells, size_factor, options, sink,
                          hooks);
  });
}

Matrix feature_correlation(const Model& model, const Cells& cells,
                           const CorrelationOptions& options,
                           const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_correlation(options, cells, model.options());
  return without_torch_errors([&] {
    return core::feature_correlation(evaluation(model), cells, options, hooks);
  });
}

void likelihood_parameters(const Model& model, const Cells& cells,
                           const DecodeOptions& options,
                           const LikelihoodSink& sink, const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_decode(options, model.options());
  without_torch_errors([&] {
    core::likelihood_parameters(evaluation(model), cells, options, sink, hooks);
  });
}

std::vector<double> latent_library_size(const Model& model, const Cells& cells,
                                        const LibraryOptions& options,
                                        const Hooks& hooks) {
  check(model, cells, options.batch_size);
  return without_torch_errors([&] {
    return core::latent_library_size(evaluation(model), cells, options, hooks);
  });
}

std::vector<double> marginal_log_likelihood(const Model& model,
                                            const Cells& cells,
                                            const MarginalOptions& options,
                                            const Hooks& hooks) {
  check(model, cells, options.batch_size);
  check_marginal(options, cells);
  return without_torch_errors([&] {
    return core::marginal_log_likelihood(evaluation(model), cells, options,
                                         hooks);
  });
}

Matrix loadings(const Model& model) {
  if (model.options().decoder != DecoderKind::kLinear)
    throw ArgumentError("object",
                        "Only a model with `decoder = \"linear\"` has "
                        "loadings.");
  return without_torch_errors([&] { return core::loadings(model.vae()); });
}

}  // namespace scvigor
