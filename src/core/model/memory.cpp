#include "model/memory.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "model/build.hpp"
#include "util/machine.hpp"

namespace scvigor::core {
namespace {

// Of layers of n_hidden units, `n_covariates` of whose inputs are injected.
double hidden_weights(double n_in, double n_covariates, double n_layers,
                      const ModelOptions& o) {
  const auto n_hidden = static_cast<double>(o.n_hidden);
  const double injected = o.deeply_inject_covariates ? n_covariates : 0.0;
  return (n_in + n_covariates) * n_hidden +
         (n_layers - 1.0) * (n_hidden + injected) * n_hidden;
}

double n_covariates(const ModelOptions& o) {
  const auto levels = one_hot_levels(o);
  const bool embedded =
      o.batch_representation == BatchRepresentation::kEmbedding;
  return std::accumulate(levels.begin(), levels.end(), 0.0) +
         static_cast<double>(o.n_continuous_cov) +
         (embedded ? static_cast<double>(o.batch_embedding_dim) : 0.0);
}

// What a number of an option costs beside its usual value.
struct Candidate {
  std::string argument;
  double value;
  double usual;
};

Candidate largest_option(const ModelOptions& o) {
  const std::vector<Candidate> options{
      {"n_hidden", static_cast<double>(o.n_hidden), 128.0},
      {"n_latent", static_cast<double>(o.n_latent), 10.0},
      {"n_layers", static_cast<double>(o.n_layers), 1.0},
      {"batch_embedding_dim", static_cast<double>(o.batch_embedding_dim), 5.0},
      {"batch", static_cast<double>(o.n_batch), 100.0},
      {"subset.row", static_cast<double>(o.n_genes), 30000.0}};
  return *std::max_element(options.begin(), options.end(),
                           [](const Candidate& a, const Candidate& b) {
                             return a.value / a.usual < b.value / b.usual;
                           });
}

[[noreturn]] void refuse(const Candidate& largest, const std::string& what,
                         double bytes) {
  throw ArgumentError(largest.argument,
                      what + " would take " + gigabytes(bytes) +
                          " of memory; " + gigabytes(memory_limit()) +
                          " are available. Choose a smaller `" +
                          largest.argument + "`.");
}

double bytes_per_number(const ModelOptions& o) {
  return o.precision == Precision::kFloat64 ? 8.0 : 4.0;
}

}  // namespace

double n_weights(const ModelOptions& o) {
  const auto n_genes = static_cast<double>(o.n_genes);
  const auto n_hidden = static_cast<double>(o.n_hidden);
  const auto n_latent = static_cast<double>(o.n_latent);
  const auto n_layers = static_cast<double>(o.n_layers);
  const double covariates = n_covariates(o);
  const double encoded = o.encode_covariates ? covariates : 0.0;
  double n =
      hidden_weights(n_genes, encoded, n_layers, o) + 2.0 * n_hidden * n_latent;
  n += hidden_weights(n_genes, encoded, 1.0, o);  // the library encoder
  // Heads: scale and dropout; those of a nonlinear decoder and theta.
  n += o.decoder == DecoderKind::kLinear
           ? 2.0 * (n_latent + covariates) * n_genes
           : hidden_weights(n_latent, covariates, n_layers, o) +
                 3.0 * n_hidden * n_genes;
  if (o.batch_representation == BatchRepresentation::kEmbedding)
    n += static_cast<double>(o.n_batch) *
         static_cast<double>(o.batch_embedding_dim);
  return n + static_cast<double>(dispersion_rows(o)) * n_genes;
}

void check_model_fits(const ModelOptions& o) {
  const double bytes = n_weights(o) * bytes_per_number(o);
  if (bytes > memory_limit())
    refuse(largest_option(o), "A model of this size", bytes);
}

void check_training_fits(const ModelOptions& o, std::int64_t batch_size) {
  constexpr double kCopies = 4.0;  // weights, gradients, Adam's two moments
  const double minibatch =
      static_cast<double>(batch_size) *
      (static_cast<double>(o.n_hidden) * static_cast<double>(o.n_layers) * 2.0 +
       static_cast<double>(o.n_latent) * 2.0);
  const double bytes =
      (kCopies * n_weights(o) + minibatch) * bytes_per_number(o);
  if (bytes <= memory_limit()) return;
  const Candidate minibatches{"batch_size", static_cast<double>(batch_size),
                              128.0};
  const Candidate largest = largest_option(o);
  refuse(minibatches.value / minibatches.usual > largest.value / largest.usual
             ? minibatches
             : largest,
         "Training a model of this size", bytes);
}

}  // namespace scvigor::core
