#ifndef SCVIGOR_INFERENCE_HPP
#define SCVIGOR_INFERENCE_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/hooks.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// Row-major.
struct Matrix {
  std::int64_t n_rows = 0;
  std::int64_t n_cols = 0;
  std::vector<double> values;
};

// Receives results block by block: rows [first, first + n_rows) of a matrix
// with n_cols columns, row-major, valid during the call only.
struct RowBlock {
  std::int64_t first = 0;
  std::int64_t n_rows = 0;
  std::int64_t n_cols = 0;
  const double* values = nullptr;
};
using RowSink = std::function<void(const RowBlock&)>;

// Returns the memory for rows [first, first + n_rows) of a result, which is
// written in place. Called from any thread.
using RowBuffer =
    std::function<double*(std::int64_t first, std::int64_t n_rows)>;

// Everything below runs in evaluation mode: running statistics in the
// BatchNorms, no dropout. Rows are cells, in the order of `cells`.

// q(z | x): mean and variance, n_cells x n_latent, before any softmax.
struct Posterior {
  Matrix mean;
  Matrix var;
};
Posterior latent_posterior(const Model& model, const Cells& cells,
                           std::int64_t batch_size = 512,
                           const Hooks& hooks = {});

struct LatentOptions {
  bool give_mean = true;           // false: one draw from q(z | x)
  std::int64_t mc_samples = 5000;  // for the mean of a logistic normal
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
Matrix latent_representation(const Model& model, const Cells& cells,
                             const LatentOptions& options = {},
                             const Hooks& hooks = {});

// Draws of z, decoded.
struct DecodeOptions {
  // Decode every cell as each of these batches and take the mean. Empty: the
  // cell's own batch.
  std::vector<std::int64_t> transform_batch;
  // Columns of the result. Empty: all genes.
  std::vector<std::int64_t> genes;
  std::int64_t n_samples = 1;   // draws of z
  bool posterior_mean = false;  // z = mean of q(z | x), no draws
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};

// The mean over the draws.
struct ExpressionOptions : DecodeOptions {
  bool latent_library_size = false;  // px_rate instead of px_scale
  double library_size = 1.0;         // factor on px_scale
};
// Writes n_cells x genes values to `buffer` if there is one; else calls `sink`
// with one block of cells at a time.
void normalized_expression(const Model& model, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks = {},
                           const RowBuffer& buffer = {});

// Expression of `n_samples_overall` draws from the posteriors of all cells
// together, one row each. Uniformly: cells are chosen with replacement.
// `importance`: from a pool of n_samples_overall / n_cells + 1 draws of every
// cell, with replacement, with importance_weights().
struct OverallOptions : ExpressionOptions {
  std::int64_t n_samples_overall = 1000;
  bool importance = false;
  std::int64_t max_cells = 1024;    // cells that weights are computed with
  std::int64_t n_mc_samples = 500;  // for their marginal likelihoods
};
void expression_samples(const Model& model, const Cells& cells,
                        const OverallOptions& options, const RowSink& sink,
                        const Hooks& hooks = {});

// Importance weights of draws of z for the posterior of all cells together, for
// `n_samples` draws of every cell: all first draws, then all second draws. They
// sum to 1, and are high for a draw that explains the counts of many cells.
std::vector<double> importance_weights(const Model& model, const Cells& cells,
                                       const OverallOptions& options,
                                       const Hooks& hooks = {});

// The terms of the objective per cell, in nats, z drawn once from q(z | x).
struct CellLosses {
  std::vector<double> reconstruction_loss;  // -log p(x | z, l)
  std::vector<double> kl_z;
  std::vector<double> kl_l;
};
struct LossOptions {
  bool posterior_mean = false;
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
CellLosses cell_losses(const Model& model, const Cells& cells,
                       const LossOptions& options = {},
                       const Hooks& hooks = {});

// Receives the rows of draw `sample`, which counts from 0.
using SampleSink = std::function<void(std::int64_t sample, const RowBlock&)>;

// x ~ p(x | z, l), z ~ q(z | x): integers for the count likelihoods. With
// several batches in transform_batch their mean, which need not be an integer.
// Rates are clamped at 1e8.
void posterior_predictive_sample(const Model& model, const Cells& cells,
                                 const DecodeOptions& options,
                                 const SampleSink& sink,
                                 const Hooks& hooks = {});

// The rate of the Poisson in NB and ZINB: gamma with mean size_factor *
// px_scale and shape theta. For the Poisson likelihood its mean, for the normal
// one a normal draw. Without zero inflation; feature_correlation() uses this.
void denoised_sample(const Model& model, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks = {});

// Correlations of genes, genes x genes, over the cells and draws of
// denoised_sample(). With several batches in transform_batch the mean of the
// correlations in each. NaN for a gene that does not vary.
struct CorrelationOptions : DecodeOptions {
  CorrelationOptions() { n_samples = 10; }
  bool ranks = true;  // Spearman, 4 bytes per value; false: Pearson
  double size_factor = 1000.0;
};
Matrix feature_correlation(const Model& model, const Cells& cells,
                           const CorrelationOptions& options = {},
                           const Hooks& hooks = {});

// Parameters of p(x | z, l) per cell and gene; `values` is null for a parameter
// that the likelihood does not have.
struct LikelihoodBlock {
  RowBlock mean;
  RowBlock dispersions;  // theta; normal: the standard deviation
  RowBlock dropout;      // pi, as a probability
};
using LikelihoodSink =
    std::function<void(std::int64_t sample, const LikelihoodBlock&)>;
void likelihood_parameters(const Model& model, const Cells& cells,
                           const DecodeOptions& options,
                           const LikelihoodSink& sink, const Hooks& hooks = {});

// Per cell: the total count; with a learned library size the mean of its
// log-normal posterior, or one draw.
struct LibraryOptions {
  bool give_mean = true;
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
std::vector<double> latent_library_size(const Model& model, const Cells& cells,
                                        const LibraryOptions& options = {},
                                        const Hooks& hooks = {});

// log p(x) per cell by importance sampling: the log of the mean of
// p(x, z, l) / q(z, l | x) over draws from q. A logistic normal's densities
// are those of its normal, before the softmax.
struct MarginalOptions {
  std::int64_t n_mc_samples = 1000;
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
std::vector<double> marginal_log_likelihood(const Model& model,
                                            const Cells& cells,
                                            const MarginalOptions& options = {},
                                            const Hooks& hooks = {});

// log-density of the mean of every cell's posterior under the mixture of the
// posteriors of each sample's cells, n_cells x samples, before any softmax.
// With `dof` the components are Student's t distributions. A cell's own
// posterior is one component of its own sample's mixture.
constexpr std::int64_t kNoSample = -1;
struct AbundanceOptions {
  std::vector<std::int64_t> sample;  // code of each cell, from 0, or kNoSample
  std::vector<std::int64_t> scored;  // cells of the result; empty: all
  std::optional<std::int64_t> num_cells_posterior;  // max. cells per mixture
  std::optional<double> dof;
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
Matrix differential_abundance(const Model& model, const Cells& cells,
                              const AbundanceOptions& options,
                              const Hooks& hooks = {});

// Weights of a linear decoder, genes x n_latent, times the evaluation scale
// of its BatchNorm. An ArgumentError for other decoders.
Matrix loadings(const Model& model);

}  // namespace scvigor

#endif
