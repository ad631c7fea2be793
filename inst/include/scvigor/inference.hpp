#ifndef SCVIGOR_INFERENCE_HPP
#define SCVIGOR_INFERENCE_HPP

#include <cstdint>
#include <functional>
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

struct ExpressionOptions {
  // Batches the decoder is told; the result is their mean. Empty: its own.
  std::vector<std::int64_t> transform_batch;
  // Columns of the result. Empty: all genes.
  std::vector<std::int64_t> genes;
  bool latent_library_size = false;  // px_rate instead of px_scale
  double library_size = 1.0;         // factor on px_scale
  std::int64_t n_samples = 1;        // draws of z to average
  bool posterior_mean = false;       // z = mean of q(z | x), no draws
  std::int64_t batch_size = 512;
  std::uint64_t seed = 0;
};
// Calls `sink` with n_cells x genes values, a block of cells at a time.
void normalized_expression(const Model& model, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks = {});

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

}  // namespace scvigor

#endif
