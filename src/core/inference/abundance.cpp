#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "inference/blocks.hpp"
#include "inference/mixture.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

using Positions = std::vector<std::int64_t>;

// The cells of every sample, at most num_cells_posterior of each.
std::vector<Positions> cells_by_sample(const AbundanceOptions& options) {
  std::vector<Positions> out;
  for (std::size_t i = 0; i < options.sample.size(); ++i) {
    if (options.sample[i] == kNoSample) continue;
    const auto code = static_cast<std::size_t>(options.sample[i]);
    if (code >= out.size()) out.resize(code + 1);
    out[code].push_back(static_cast<std::int64_t>(i));
  }
  if (!options.num_cells_posterior) return out;
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const auto max_cells = static_cast<std::size_t>(*options.num_cells_posterior);
  for (auto& cells : out) {
    if (cells.size() <= max_cells) continue;
    rng.shuffle(cells);
    cells.resize(max_cells);
  }
  return out;
}

at::Tensor tensor_of(const Matrix& matrix) {
  return at::tensor(matrix.values, at::kDouble)
      .reshape({matrix.n_rows, matrix.n_cols});
}

}  // namespace

Matrix differential_abundance(Vae& vae, const Cells& cells,
                              const AbundanceOptions& options,
                              const Hooks& hooks) {
  const Posterior q = latent_posterior(vae, cells, options.batch_size, hooks);
  Matrix out;
  if (hooks.interrupted && hooks.interrupted()) return out;
  const at::NoGradGuard no_grad;
  const at::Tensor mean = tensor_of(q.mean);
  const at::Tensor scale = tensor_of(q.var).sqrt();
  const at::Tensor scored =
      options.scored.empty()
          ? mean
          : mean.index_select(0, at::tensor(options.scored, at::kLong));
  const auto n_scored = scored.size(0);
  const auto samples = cells_by_sample(options);
  at::Tensor log_density = at::empty(
      {n_scored, static_cast<std::int64_t>(samples.size())}, at::kDouble);
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const at::Tensor members = at::tensor(samples[s], at::kLong);
    const Components components{mean.index_select(0, members),
                                scale.index_select(0, members), options.dof};
    for (std::int64_t first = 0; first < n_scored;
         first += options.batch_size) {
      if (hooks.interrupted && hooks.interrupted()) return out;
      const auto n = std::min(options.batch_size, n_scored - first);
      log_density.select(1, static_cast<std::int64_t>(s))
          .narrow(0, first, n)
          .copy_(log_mixture_density(scored.narrow(0, first, n), components));
    }
  }
  append_rows(log_density, out);
  return out;
}

}  // namespace scvigor::core
