// Draws from the posterior predictive distribution.

#include "distributions/sampling.hpp"

#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

at::Tensor like(const at::Tensor& row, const at::Tensor& matrix) {
  return row.expand(matrix.sizes()).contiguous();
}

at::Tensor draw_counts(const LikelihoodParameters& p, GeneLikelihood likelihood,
                       const GeneSubset& genes, Rng& rng) {
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

at::Tensor draw_denoised(const LikelihoodParameters& p,
                         GeneLikelihood likelihood, double size_factor,
                         const GeneSubset& genes, Rng& rng) {
  const at::Tensor mu = genes.of(p.px_scale) * size_factor;
  if (likelihood == GeneLikelihood::kPoisson) return mu;
  const at::Tensor theta = like(genes.of(p.px_r), mu);
  return likelihood == GeneLikelihood::kNormal
             ? sample_normal(mu, theta, rng)
             : sample_gamma_rate(mu, theta, rng);
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
  const auto likelihood = vae.options().gene_likelihood;
  sample_blocks(vae, cells, options, rng, sink, hooks,
                [&](const LikelihoodParameters& p) {
                  return draw_counts(p, likelihood, genes, rng);
                });
}

void denoised_sample(Vae& vae, const Cells& cells, double size_factor,
                     const DecodeOptions& options, const SampleSink& sink,
                     const Hooks& hooks) {
  check_decode_options(options, vae.options());
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  const auto likelihood = vae.options().gene_likelihood;
  sample_blocks(vae, cells, options, rng, sink, hooks,
                [&](const LikelihoodParameters& p) {
                  return draw_denoised(p, likelihood, size_factor, genes, rng);
                });
}

}  // namespace scvigor::core
