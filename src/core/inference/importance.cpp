// Importance weights of draws of z for the posterior of all cells: Lopez et al.
// (2018); Ionides (2008).

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <numeric>

#include "data/take_cells.hpp"
#include "inference/decode.hpp"
#include "inference/drawn_cells.hpp"
#include "inference/mixture.hpp"
#include "kernels/count_loss.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// The cells with which the weights are computed.
struct Anchors {
  std::vector<Minibatch> cells;  // one each
  Components posterior;          // q(z | x) of each, on the CPU
  at::Tensor log_px;             // of each, float64 on the CPU
};

at::Tensor doubles(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

Anchors make_anchors(Vae& vae, const Cells& cells,
                     const OverallOptions& options, Rng& rng,
                     const Hooks& hooks) {
  std::vector<std::int64_t> positions(
      static_cast<std::size_t>(cells.n_cells()));
  std::iota(positions.begin(), positions.end(), 0);
  if (cells.n_cells() > options.max_cells) {
    rng.shuffle(positions);
    positions.resize(static_cast<std::size_t>(options.max_cells));
  }
  const Cells chosen = take_cells(cells, positions);
  MarginalOptions marginal;
  marginal.n_mc_samples = options.n_mc_samples;
  marginal.batch_size = options.batch_size;
  marginal.seed = options.seed;
  const Posterior q =
      core::latent_posterior(vae, chosen, options.batch_size, hooks);

  Anchors out;
  const MinibatchReader reader(chosen, vae.tensor_options());
  for (std::int64_t i = 0; i < chosen.n_cells(); ++i)
    out.cells.push_back(reader.load(&i, 1));
  out.log_px =
      doubles(core::marginal_log_likelihood(vae, chosen, marginal, hooks));
  out.posterior.mean = doubles(q.mean.values).reshape({-1, q.mean.n_cols});
  out.posterior.scale =
      doubles(q.var.values).reshape({-1, q.var.n_cols}).sqrt();
  return out;
}

// The counts of one cell, repeated n times.
SparseCounts repeat_cell(const SparseCounts& cell, std::int64_t n) {
  return {at::arange(n + 1, cell.indptr.options()) * cell.genes.size(0),
          cell.genes.repeat({n}), cell.values.repeat({n}), cell.n_genes};
}

// log p(x | z) of the counts of every anchor at its own library size, for every
// draw: draws x anchors, float64 on the CPU.
at::Tensor log_px_given_z(Vae& vae, const Minibatch& draws,
                          const NormalParameters& qz, const Anchors& anchors,
                          const OverallOptions& options, const Hooks& hooks) {
  const auto n = draws.n_cells();
  const EncoderOutput q{qz, draws.log_library, {}};
  LikelihoodInput decoded;
  decode_draw(vae, draws, q, options, {}, [&](const LikelihoodInput& input) {
    decoded = materialize_logits(input);
  });
  at::Tensor out = at::empty(
      {n, static_cast<std::int64_t>(anchors.cells.size())}, at::kDouble);
  for (std::size_t a = 0; a < anchors.cells.size(); ++a) {
    if (hooks.interrupted && hooks.interrupted()) break;
    const Minibatch& cell = anchors.cells[a];
    decoded.log_factor =
        vae.log_factor(cell, cell.log_library).expand({n, 1}).contiguous();
    out.select(1, static_cast<std::int64_t>(a))
        .copy_(count_loss(decoded, repeat_cell(cell.counts, n)).per_cell.neg());
  }
  return out;
}

}  // namespace

std::vector<double> weights_of_draws(Vae& vae, const Cells& draws,
                                     const Cells& cells,
                                     const OverallOptions& options, Rng& rng,
                                     const Hooks& hooks) {
  const Anchors anchors = make_anchors(vae, cells, options, rng, hooks);
  at::Tensor log_weights = at::full({draws.n_cells()}, 0.0, at::kDouble);
  for_each_block(
      vae, draws, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const EncoderOutput& q) {
        const at::Tensor u = q.qz.mean.to(at::kCPU, at::kDouble);
        const Components prior{at::full({1, u.size(1)}, 0.0, at::kDouble),
                               at::full({1, u.size(1)}, 1.0, at::kDouble),
                               {}};
        const at::Tensor log_px_z =
            log_px_given_z(vae, batch, q.qz, anchors, options, hooks);
        const at::Tensor log_weight =
            at::logsumexp(log_px_z - anchors.log_px, 1) +
            log_mixture_density(u, prior) -
            at::logsumexp(log_component_densities(u, anchors.posterior), 1);
        log_weights.narrow(0, first, batch.n_cells()).copy_(log_weight);
      });
  const at::Tensor weights = at::softmax(log_weights, 0);
  const double* from = weights.data_ptr<double>();
  return {from, from + weights.numel()};
}

namespace core {

std::vector<double> importance_weights(Vae& vae, const Cells& cells,
                                       const OverallOptions& options,
                                       const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const Cells pool =
      draw_cells(vae, cells, options.n_samples, options.batch_size, rng, hooks);
  return weights_of_draws(vae, pool, cells, options, rng, hooks);
}

}  // namespace core
}  // namespace scvigor
