#include <utility>

#include "inference/decode.hpp"

namespace scvigor::core {
namespace {

// The mean of softmax(z), z ~ q(z | x), has no closed form.
at::Tensor logistic_normal_mean(const Vae& vae, const NormalParameters& qz,
                                std::int64_t n_samples, Rng& rng) {
  RunningMean mean;
  for (std::int64_t i = 0; i < n_samples; ++i) {
    const at::Tensor eps = rng.normal(qz.mean.sizes(), qz.mean.options());
    mean.add(vae.draw_z(qz, eps));
  }
  return mean.take();
}

// A matrix with one row per cell, which threads fill block by block.
class CellRows {
 public:
  CellRows(std::int64_t n_cells, std::int64_t n_cols) {
    out_.n_cols = n_cols;
    out_.values.reserve(static_cast<std::size_t>(n_cells * n_cols));
  }
  // Appends n rows.
  void add(std::int64_t n) {
    out_.n_rows += n;
    out_.values.resize(static_cast<std::size_t>(out_.n_rows * out_.n_cols));
  }
  // Writes the rows from cell `first` on; from any thread.
  void put(std::int64_t first, const at::Tensor& rows) {
    put_rows(rows, first, out_.values);
  }
  Matrix take() { return std::move(out_); }

 private:
  Matrix out_;
};

}  // namespace

Posterior latent_posterior(Vae& vae, const Cells& cells,
                           std::int64_t batch_size, const Hooks& hooks) {
  CellRows mean(cells.n_cells(), vae.options().n_latent);
  CellRows var(cells.n_cells(), vae.options().n_latent);
  for_blocks_at_once(
      vae, cells, batch_size, hooks,
      [&](std::int64_t n) {
        mean.add(n);
        var.add(n);
        return n;
      },
      [&](const CellBlock& block, std::int64_t) {
        mean.put(block.first, block.q.qz.mean);
        var.put(block.first, block.q.qz.var);
      });
  return {mean.take(), var.take()};
}

Matrix latent_representation(Vae& vae, const Cells& cells,
                             const LatentOptions& options, const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const bool logistic =
      vae.options().latent_distribution == LatentDistribution::kLogisticNormal;
  CellRows out(cells.n_cells(), vae.options().n_latent);
  if (options.give_mean && logistic) {
    // Too many draws to generate their noise in advance.
    for_each_block(vae, cells, options.batch_size, hooks,
                   [&](std::int64_t first, const Minibatch& batch,
                       const EncoderOutput& q) {
                     out.add(batch.n_cells());
                     out.put(first, logistic_normal_mean(
                                        vae, q.qz, options.mc_samples, rng));
                   });
    return out.take();
  }
  for_blocks_at_once(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t n) {
        out.add(n);
        return noise_for(vae, n, options.give_mean, rng);
      },
      [&](const CellBlock& block, const Noise& noise) {
        out.put(block.first, vae.draw_z(block.q.qz, noise.z));
      });
  return out.take();
}

}  // namespace scvigor::core
