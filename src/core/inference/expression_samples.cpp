#include "data/take_cells.hpp"
#include "inference/decode.hpp"
#include "inference/drawn_cells.hpp"

namespace scvigor {

Cells choose_by_importance(Vae& vae, const Cells& cells,
                           const OverallOptions& options, Rng& rng,
                           const Hooks& hooks) {
  const auto per_cell = options.n_samples_overall / cells.n_cells() + 1;
  const Cells pool =
      draw_cells(vae, cells, per_cell, options.batch_size, rng, hooks);
  const auto weights = weights_of_draws(vae, pool, cells, options, rng, hooks);
  return take_cells(pool, choose(weights, options.n_samples_overall, rng));
}

namespace core {
namespace {

// Cells are chosen with replacement; one draw for each.
Cells choose_uniformly(Vae& vae, const Cells& cells,
                       const OverallOptions& options, Rng& rng,
                       const Hooks& hooks) {
  const std::vector<double> uniform(static_cast<std::size_t>(cells.n_cells()),
                                    1.0);
  const Cells chosen =
      take_cells(cells, choose(uniform, options.n_samples_overall, rng));
  return draw_cells(vae, chosen, 1, options.batch_size, rng, hooks);
}

}  // namespace

void expression_samples(Vae& vae, const Cells& cells,
                        const OverallOptions& options, const RowSink& sink,
                        const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const Cells drawn =
      options.importance ? choose_by_importance(vae, cells, options, rng, hooks)
                         : choose_uniformly(vae, cells, options, rng, hooks);
  ExpressionOptions decode = options;
  decode.posterior_mean = true;  // the means are the draws
  normalized_expression(vae, drawn, decode, sink, hooks, {});
}

}  // namespace core
}  // namespace scvigor
