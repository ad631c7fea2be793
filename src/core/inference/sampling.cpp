// Draws from the posterior predictive distribution.

#include "distributions/sampling.hpp"

#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

at::Tensor like(const at::Tensor& row, const at::Tensor& matrix) {
  return row.expand(matrix.sizes()).contiguous();
}

at::Tensor draw_counts(const LikelihoodParameters& p, const GeneSubset& genes,
                       GeneLikelihood likelihood, Rng& rng) {
  const at::Tensor mu = genes.of(p.px_rate);
  if (likelihood == GeneLikelihood::kPoisson) return sample_poisson(mu, rng);
  const at::Tensor theta = like(genes.of(p.px_r), mu);
  if (likelihood == GeneLikelihood::kNormal)
    return sample_normal(mu, theta, rng);
  const at::Tensor x = sample_poisson(sample_gamma_rate(mu, theta, rng), rng);
  return likelihood == GeneLikelihood::kZinb
             ? drop_out(x, genes.of(p.px_dropout), rng)
             : x;
}

at::Tensor draw_denoised(const LikelihoodParameters& p, const GeneSubset& genes,
                         GeneLikelihood likelihood, double size_factor,
                         Rng& rng) {
  const at::Tensor mu = genes.of(p.px_scale) * size_factor;
  if (likelihood == GeneLikelihood::kPoisson) return mu;
  const at::Tensor theta = like(genes.of(p.px_r), mu);
  return likelihood == GeneLikelihood::kNormal
             ? sample_normal(mu, theta, rng)
             : sample_gamma_rate(mu, theta, rng);
}

// Gives `sink` the samples of draw(parameters, genes, rng), each the mean over
// the batches.
template <class Draw>
void sample(Vae& vae, const Cells& cells, const DecodeOptions& options,
            const SampleSink& sink, const Hooks& hooks, Draw draw) {
  check_decode_options(options, vae.options());
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
  const auto likelihood = vae.options().gene_likelihood;
  sample(vae, cells, options, sink, hooks,
         [&](const LikelihoodParameters& p, const GeneSubset& genes, Rng& rng) {
           return draw_counts(p, genes, likelihood, rng);
         });
}

void denoised_sample(Vae& vae, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks) {
  const auto likelihood = vae.options().gene_likelihood;
  sample(vae, cells, options, sink, hooks,
         [&](const LikelihoodParameters& p, const GeneSubset& genes, Rng& rng) {
           return draw_denoised(p, genes, likelihood, size_factor, rng);
         });
}

}  // namespace scvigor::core
