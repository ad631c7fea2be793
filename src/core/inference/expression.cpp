#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::verbs {

void normalized_expression(Vae& vae, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks) {
  check_decode_options(options, vae.options());
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  const auto n_samples = options.posterior_mean ? 1 : options.n_samples;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const Inference& q) {
        RunningMean mean;
        for (std::int64_t i = 0; i < n_samples; ++i)
          decode_draw(vae, batch, q, options, rng, [&](const Generative& p) {
            mean.add(genes.of(options.latent_library_size
                                  ? p.px_rate
                                  : p.px_scale * options.library_size));
          });
        with_rows(first, mean.take(), sink);
      });
}

}  // namespace scvigor::verbs
