#include "inference/decode.hpp"

namespace scvigor::core {

CellLosses cell_losses(Vae& vae, const Cells& cells, const LossOptions& options,
                       const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  CellLosses out;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t, const Minibatch& batch, const EncoderOutput& q) {
        const Noise noise =
            noise_for(vae, batch.n_cells(), options.posterior_mean, rng);
        const LossTerms terms = vae.loss_terms(batch, q, noise, Mode{});
        append(terms.reconstruction_loss, out.reconstruction_loss);
        append(terms.kl_z, out.kl_z);
        append(terms.kl_l, out.kl_l);
      });
  return out;
}

}  // namespace scvigor::core
