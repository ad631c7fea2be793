#include "inference/blocks.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::verbs {

std::vector<double> latent_library_size(Vae& vae, const Cells& cells,
                                        const LibraryOptions& options,
                                        const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  std::vector<double> out;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t, const Minibatch& batch, const Inference& q) {
        const bool learned = q.ql.mean.defined();
        // The mean of a log-normal lies above the exponential of its mean.
        at::Tensor log_size = q.library;
        if (learned && options.give_mean)
          log_size = q.ql.mean + 0.5 * q.ql.var;
        else if (learned)
          log_size = vae.draw_library(q, vae.draw_noise(batch.n_cells(), rng).l);
        append(log_size.exp().squeeze(1), out);
      });
  return out;
}

}  // namespace scvigor::verbs
