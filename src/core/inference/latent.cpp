#include <ATen/ops/softmax.h>

#include "inference/blocks.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::verbs {
namespace {

// The mean of softmax(z), z ~ q(z | x), has no closed form.
at::Tensor logistic_normal_mean(const NormalParameters& qz,
                                std::int64_t n_samples, Rng& rng) {
  at::Tensor sum;
  for (std::int64_t i = 0; i < n_samples; ++i) {
    const at::Tensor eps = rng.normal(qz.mean.sizes(), qz.mean.options());
    const at::Tensor z = at::softmax(qz.mean + qz.var.sqrt() * eps, -1);
    sum = sum.defined() ? sum.add_(z) : z;
  }
  return sum / static_cast<double>(n_samples);
}

}  // namespace

Posterior latent_posterior(Vae& vae, const Cells& cells,
                           std::int64_t batch_size, const Hooks& hooks) {
  Posterior out;
  for_each_block(vae, cells, batch_size, hooks,
                 [&](std::int64_t, const Minibatch&, const Inference& q) {
                   append_rows(q.qz.mean, out.mean);
                   append_rows(q.qz.var, out.var);
                 });
  return out;
}

Matrix latent_representation(Vae& vae, const Cells& cells,
                             const LatentOptions& options,
                             const Hooks& hooks) {
  if (options.mc_samples < 1)
    throw ArgumentError("mc_samples", "`mc_samples` must be at least 1.");
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const bool logistic = vae.options().latent_distribution ==
                        LatentDistribution::kLogisticNormal;
  Matrix out;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t, const Minibatch& batch, const Inference& q) {
        if (!options.give_mean)
          append_rows(
              vae.draw_z(q.qz, vae.draw_noise(batch.n_cells(), rng).z), out);
        else if (logistic)
          append_rows(logistic_normal_mean(q.qz, options.mc_samples, rng),
                      out);
        else
          append_rows(q.qz.mean, out);
      });
  return out;
}

}  // namespace scvigor::verbs
