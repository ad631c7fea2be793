#include "inference/decode.hpp"
#include "kernels/scale_rows.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

// The factor of px_scale for every cell.
std::vector<double> factors(const LikelihoodInput& decoded,
                            const ExpressionOptions& options,
                            std::int64_t n_terms) {
  const auto n = decoded.log_factor.size(0);
  const double weight = 1.0 / static_cast<double>(n_terms);
  if (!options.latent_library_size)
    return std::vector<double>(static_cast<std::size_t>(n),
                               options.library_size * weight);
  std::vector<double> out;
  append(decoded.log_factor.reshape({-1}).exp() * weight, out);
  return out;
}

// Noise of that many draws is generated for all blocks before threads decode
// them.
constexpr std::int64_t kMaxDraws = 32;

}  // namespace

void normalized_expression(Vae& vae, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks,
                           const RowBuffer& buffer) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const auto n_samples = options.posterior_mean ? 1 : options.n_samples;
  const auto n_batches = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(options.transform_batch.size()));
  const auto n_genes = options.genes.empty()
                           ? vae.options().n_genes
                           : static_cast<std::int64_t>(options.genes.size());
  const auto draw = [&](std::int64_t n) {
    return noise_for(vae, n, options.posterior_mean, rng);
  };
  // next_draw() returns the noise of the next draw.
  const auto put = [&](const Minibatch& batch, const EncoderOutput& q,
                       auto next_draw, auto is_stopped, double* rows) {
    bool add = false;
    for (std::int64_t i = 0; i < n_samples && !is_stopped(); ++i)
      decode_draw(vae, batch, q, options, next_draw(),
                  [&](const LikelihoodInput& decoded) {
                    const auto factor =
                        factors(decoded, options, n_samples * n_batches);
                    scale_rows(decoded, {&factor, &options.genes, add, rows});
                    add = true;
                  });
  };
  if (buffer && n_samples <= kMaxDraws) {
    for_blocks_at_once(
        vae, cells, options.batch_size, hooks,
        [&](std::int64_t n) {
          std::vector<Noise> draws;
          for (std::int64_t i = 0; i < n_samples; ++i) draws.push_back(draw(n));
          return draws;
        },
        [&](const CellBlock& block, const std::vector<Noise>& draws) {
          auto next = draws.begin();
          put(
              block.cells, block.q, [&] { return *next++; },
              [] { return false; }, buffer(block.first, block.cells.n_cells()));
        });
    return;
  }
  std::vector<double> own_buffer;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const EncoderOutput& q) {
        const auto n = batch.n_cells();
        if (!buffer) own_buffer.resize(static_cast<std::size_t>(n * n_genes));
        double* rows = buffer ? buffer(first, n) : own_buffer.data();
        put(
            batch, q, [&] { return draw(n); },
            [&] { return hooks.interrupted && hooks.interrupted(); }, rows);
        if (!buffer) sink({first, n, n_genes, rows});
      });
}

}  // namespace scvigor::core
