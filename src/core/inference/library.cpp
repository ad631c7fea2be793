#include <cmath>

#include "data/library_size.hpp"
#include "inference/blocks.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

// In double precision, without evaluating the network.
std::vector<double> observed_totals(const Cells& cells) {
  std::vector<double> out =
      cells.counts ? core::log_library_sizes(*cells.counts) : cells.log_library;
  for (double& value : out) value = std::exp(value);
  return out;
}

}  // namespace

std::vector<double> latent_library_size(Vae& vae, const Cells& cells,
                                        const LibraryOptions& options,
                                        const Hooks& hooks) {
  const ModelOptions& o = vae.options();
  if (o.use_observed_lib_size || o.use_size_factor || !cells.counts)
    return observed_totals(cells);
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  std::vector<double> out;
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t, const Minibatch& batch, const EncoderOutput& q) {
        // The mean of a log-normal is exp(mean + var / 2).
        const at::Tensor log_size =
            options.give_mean
                ? q.ql.mean + 0.5 * q.ql.var
                : vae.draw_library(q, vae.draw_noise(batch.n_cells(), rng).l);
        append(log_size.exp().squeeze(1), out);
      });
  return out;
}

}  // namespace scvigor::core
