// Draws from the posterior predictive distribution.

#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
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

// Gives `sink` the samples of draw(parameters, genes, rng), each the mean over
// the batches.
template <class Draw>
void sample(Vae& vae, const Cells& cells, const DecodeOptions& options,
            const SampleSink& sink, const Hooks& hooks, Draw draw) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  for_each_draw(vae, cells, options, rng, hooks,
                [&](std::int64_t first, std::int64_t i, auto in_each_batch) {
                  RunningMean mean;
                  in_each_batch([&](const LikelihoodParameters& p) {
                    mean.add(draw(p, genes, rng));
                  });
                  with_rows(first, mean.take(),
                            [&](const RowBlock& rows) { sink(i, rows); });
                });
}

}  // namespace

void posterior_predictive_sample(Vae& vae, const Cells& cells,
                                 const DecodeOptions& options,
                                 const SampleSink& sink, const Hooks& hooks) {
  const auto& likelihood = likelihood_of(vae.options().gene_likelihood);
  sample(vae, cells, options, sink, hooks,
         [&](const LikelihoodParameters& p, const GeneSubset& genes, Rng& rng) {
           return likelihood.sample(parameters_of_genes(p, genes), rng);
         });
}

void denoised_sample(Vae& vae, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks) {
  const auto& likelihood = likelihood_of(vae.options().gene_likelihood);
  sample(
      vae, cells, options, sink, hooks,
      [&](const LikelihoodParameters& all, const GeneSubset& genes, Rng& rng) {
        const auto p = parameters_of_genes(all, genes);
        return likelihood.sample_rate(p.px_scale * size_factor, p.px_r, rng);
      });
}

}  // namespace scvigor::core
