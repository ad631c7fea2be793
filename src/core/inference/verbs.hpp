#ifndef SCVIGOR_CORE_INFERENCE_VERBS_HPP
#define SCVIGOR_CORE_INFERENCE_VERBS_HPP

#include "model/vae.hpp"
#include "scvigor/inference.hpp"

// The inference verbs on a Vae; src/core/api checks the arguments and converts
// LibTorch's exceptions. See scvigor/inference.hpp for what each returns.

namespace scvigor {

// The model is logically const: evaluation does not change weights or
// statistics.
inline Vae& evaluation(const Model& model) {
  return const_cast<Vae&>(model.vae());
}

namespace core {

Posterior latent_posterior(Vae& vae, const Cells& cells,
                           std::int64_t batch_size, const Hooks& hooks);
Matrix latent_representation(Vae& vae, const Cells& cells,
                             const LatentOptions& options, const Hooks& hooks);
void normalized_expression(Vae& vae, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks,
                           const RowBuffer& buffer);
void expression_samples(Vae& vae, const Cells& cells,
                        const OverallOptions& options, const RowSink& sink,
                        const Hooks& hooks);
std::vector<double> importance_weights(Vae& vae, const Cells& cells,
                                       const OverallOptions& options,
                                       const Hooks& hooks);
Matrix differential_abundance(Vae& vae, const Cells& cells,
                              const AbundanceOptions& options,
                              const Hooks& hooks);
CellLosses cell_losses(Vae& vae, const Cells& cells, const LossOptions& options,
                       const Hooks& hooks);
void posterior_predictive_sample(Vae& vae, const Cells& cells,
                                 const DecodeOptions& options,
                                 const SampleSink& sink, const Hooks& hooks);
void denoised_sample(Vae& vae, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks);
Matrix feature_correlation(Vae& vae, const Cells& cells,
                           const CorrelationOptions& options,
                           const Hooks& hooks);
void likelihood_parameters(Vae& vae, const Cells& cells,
                           const DecodeOptions& options,
                           const LikelihoodSink& sink, const Hooks& hooks);
std::vector<double> latent_library_size(Vae& vae, const Cells& cells,
                                        const LibraryOptions& options,
                                        const Hooks& hooks);
std::vector<double> marginal_log_likelihood(Vae& vae, const Cells& cells,
                                            const MarginalOptions& options,
                                            const Hooks& hooks);
Matrix loadings(const Vae& vae);

}  // namespace core
}  // namespace scvigor

#endif
