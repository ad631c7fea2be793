// Draws from the posterior predictive distribution.

#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::verbs {
namespace {

// Those of some genes, each of them cells x genes.
LikelihoodParameters parameters_of_genes(const LikelihoodParameters& p,
                                         const GeneSubset& genes) {
  LikelihoodParameters out;
  out.px_scale = genes.of(p.px_scale);
  out.px_rate = genes.of(p.px_rate);
  if (p.px_r.defined())
    out.px_r = genes.of(p.px_r).expand(out.px_rate.sizes()).contiguous();
  if (p.px_dropout.defined()) out.px_dropout = genes.of(p.px_dropout);
  return out;
}

// Draws `options.n_samples` times for every block; draw(px) makes one.
template <class Draw>
void sample_blocks(Vae& vae, const Cells& cells, const DecodeOptions& options,
                   Rng& rng, const SampleSink& sink, const Hooks& hooks,
                   Draw draw) {
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const EncoderOutput& q) {
        for (std::int64_t i = 0; i < options.n_samples; ++i) {
          RunningMean over_batches;
          decode_draw(vae, batch, q, options, rng,
                      [&](const LikelihoodParameters& p) {
                        over_batches.add(draw(p));
                      });
          with_rows(first, over_batches.take(),
                    [&](const RowBlock& rows) { sink(i, rows); });
        }
      });
}

}  // namespace

void posterior_predictive_sample(Vae& vae, const Cells& cells,
                                 const DecodeOptions& options,
                                 const SampleSink& sink, const Hooks& hooks) {
  check_decode_options(options, vae.options());
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  const auto& likelihood = likelihood_of(vae.options().gene_likelihood);
  sample_blocks(vae, cells, options, rng, sink, hooks,
                [&](const LikelihoodParameters& p) {
                  return likelihood.sample(parameters_of_genes(p, genes), rng);
                });
}

void denoised_sample(Vae& vae, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks) {
  check_decode_options(options, vae.options());
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  const auto& likelihood = likelihood_of(vae.options().gene_likelihood);
  sample_blocks(vae, cells, options, rng, sink, hooks,
                [&](const LikelihoodParameters& all) {
                  const auto p = parameters_of_genes(all, genes);
                  return likelihood.sample_rate(p.px_scale * size_factor,
                                                p.px_r, rng);
                });
}

}  // namespace scvigor::verbs
