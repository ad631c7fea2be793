#include <ATen/ops/sigmoid.h>

#include "inference/decode.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

// The parameters of one draw, each the mean over the batches.
struct Parameters {
  RunningMean mean;
  RunningMean dispersions;
  RunningMean dropout;

  void add(const LikelihoodParameters& p, const GeneSubset& genes) {
    mean.add(genes.of(p.px_rate));
    if (p.px_r.defined())
      dispersions.add(genes.of(p.px_r.expand(p.px_rate.sizes())));
    if (p.px_dropout.defined())
      dropout.add(at::sigmoid(genes.of(p.px_dropout)));
  }
};

// `rows` owns the values that the block points to.
RowBlock rows_of(RunningMean& parameter, std::int64_t first, at::Tensor& rows) {
  if (parameter.empty()) return {};
  rows = parameter.take().to(at::kCPU, at::kDouble).contiguous();
  return {first, rows.size(0), rows.size(1), rows.data_ptr<double>()};
}

}  // namespace

void likelihood_parameters(Vae& vae, const Cells& cells,
                           const DecodeOptions& options,
                           const LikelihoodSink& sink, const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const GeneSubset genes(options.genes, vae);
  for_each_draw(
      vae, cells, options, rng, hooks,
      [&](std::int64_t first, std::int64_t sample, auto in_each_batch) {
        Parameters parameters;
        in_each_batch(
            [&](const LikelihoodParameters& p) { parameters.add(p, genes); });
        at::Tensor mean, dispersions, dropout;
        LikelihoodBlock block;
        block.mean = rows_of(parameters.mean, first, mean);
        block.dispersions = rows_of(parameters.dispersions, first, dispersions);
        block.dropout = rows_of(parameters.dropout, first, dropout);
        sink(sample, block);
      });
}

}  // namespace scvigor::core
