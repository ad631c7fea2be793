#include <ATen/ops/full_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include "inference/blocks.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::verbs {
namespace {

// Adds up what the decoder says of the cells in each of the asked batches.
class ExpressionMean {
 public:
  ExpressionMean(Vae& vae, const ExpressionOptions& options)
      : vae_(vae), options_(options) {
    if (!options.genes.empty())
      genes_ = at::tensor(options.genes, at::kLong)
                   .to(vae.tensor_options().device());
  }

  void add(const Minibatch& batch, const at::Tensor& z,
           const at::Tensor& library) {
    if (options_.transform_batch.empty())
      return add_one(batch, z, library, batch.batch);
    for (const auto code : options_.transform_batch)
      add_one(batch, z, library, at::full_like(batch.batch, code));
  }

  // The mean, n x genes asked for, and a fresh start.
  at::Tensor take() {
    at::Tensor out = sum_ / static_cast<double>(n_);
    sum_ = at::Tensor();
    n_ = 0;
    return out;
  }

 private:
  void add_one(const Minibatch& batch, const at::Tensor& z,
               const at::Tensor& library, const at::Tensor& s) {
    const Generative out =
        vae_.likelihood(vae_.decode(z, library, batch, s, Mode{}));
    at::Tensor value = options_.latent_library_size
                           ? out.px_rate
                           : out.px_scale * options_.library_size;
    if (genes_.defined()) value = at::index_select(value, 1, genes_);
    sum_ = sum_.defined() ? sum_.add_(value) : value;
    ++n_;
  }

  Vae& vae_;
  const ExpressionOptions& options_;
  at::Tensor genes_;
  at::Tensor sum_;
  std::int64_t n_ = 0;
};

void check(const ExpressionOptions& o, const ModelOptions& model) {
  for (const auto code : o.transform_batch)
    if (code < 0 || code >= model.n_batch)
      throw ArgumentError("transform_batch",
                          "`transform_batch` must name batches of the model.");
  for (const auto gene : o.genes)
    if (gene < 0 || gene >= model.n_genes)
      throw ArgumentError("subset.row",
                          "`subset.row` must name genes of the model.");
  if (o.n_samples < 1)
    throw ArgumentError("n_samples", "`n_samples` must be at least 1.");
}

}  // namespace

void normalized_expression(Vae& vae, const Cells& cells,
                           const ExpressionOptions& options,
                           const RowSink& sink, const Hooks& hooks) {
  check(options, vae.options());
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  ExpressionMean mean(vae, options);
  const auto n_samples = options.posterior_mean ? 1 : options.n_samples;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const Inference& q) {
        for (std::int64_t i = 0; i < n_samples; ++i) {
          const Noise noise = options.posterior_mean
                                  ? Noise{}
                                  : vae.draw_noise(batch.n_cells(), rng);
          mean.add(batch, vae.draw_z(q.qz, noise.z),
                   vae.draw_library(q, noise.l));
        }
        const at::Tensor block =
            mean.take().to(at::kCPU, at::kDouble).contiguous();
        sink({first, block.size(0), block.size(1), block.data_ptr<double>()});
      });
}

}  // namespace scvigor::verbs
