#include "inference/marginal.hpp"

#include <ATen/ops/logaddexp.h>

#include <cmath>

#include "distributions/distributions.hpp"
#include "inference/blocks.hpp"
#include "kernels/normal_terms.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;

// log N(draw; mean, var), where draw = mean + sqrt(var) eps.
at::Tensor log_density(const NormalParameters& q, const at::Tensor& eps) {
  return -0.5 * eps * eps - 0.5 * q.var.log() - kHalfLogTwoPi;
}

// log p(z) - log q(z | x), before any softmax.
at::Tensor log_ratio_z(const NormalParameters& qz, const at::Tensor& eps) {
  const at::Tensor z = normal_draw(qz.mean, qz.var, eps);
  return (-0.5 * z * z - kHalfLogTwoPi - log_density(qz, eps)).sum(-1);
}

}  // namespace

at::Tensor log_importance_weight(Vae& vae, const Minibatch& batch,
                                 const EncoderOutput& q, const Noise& noise) {
  const LossTerms terms = vae.loss_terms(batch, q, noise, Mode{});
  at::Tensor weight = log_ratio_z(q.qz, noise.z) - terms.reconstruction_loss;
  if (!q.ql.mean.defined()) return weight;
  const NormalParameters prior = vae.library_prior_of(batch.batch);
  const at::Tensor l = vae.draw_library(q, noise.l);
  return weight + (normal_log_prob(l, prior.mean, prior.var.sqrt()) -
                   log_density(q.ql, noise.l))
                      .sum(-1);
}

namespace core {

std::vector<double> marginal_log_likelihood(Vae& vae, const Cells& cells,
                                            const MarginalOptions& options,
                                            const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const double log_n = std::log(static_cast<double>(options.n_mc_samples));
  std::vector<double> out;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t, const Minibatch& batch, const EncoderOutput& q) {
        at::Tensor total;  // log of the sum of the weights so far
        for (std::int64_t i = 0; i < options.n_mc_samples; ++i) {
          const at::Tensor weight =
              log_importance_weight(vae, batch, q,
                                    vae.draw_noise(batch.n_cells(), rng))
                  .to(at::kDouble);
          total = total.defined() ? at::logaddexp(total, weight) : weight;
          // A thousand draws of one block take seconds.
          if (hooks.interrupted && hooks.interrupted()) break;
        }
        append(total - log_n, out);
      });
  return out;
}

}  // namespace core
}  // namespace scvigor
