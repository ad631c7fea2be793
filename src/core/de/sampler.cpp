#include "de/sampler.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "data/take_cells.hpp"
#include "inference/blocks.hpp"
#include "inference/drawn_cells.hpp"

namespace scvigor {
namespace {

using Positions = std::vector<std::int64_t>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// The positions of `values` in the sorted list `distinct`.
Positions positions_in(const Positions& values, const Positions& distinct) {
  Positions out;
  out.reserve(values.size());
  for (const auto value : values)
    out.push_back(std::lower_bound(distinct.begin(), distinct.end(), value) -
                  distinct.begin());
  return out;
}

// Cells drawn for each pool, uniformly, with replacement; each cell is encoded
// once, however often it was drawn.
std::vector<Cells> draw_uniformly(Vae& vae, const Cells& cells,
                                  const DeOptions& options,
                                  const SampleLayout& layout, Rng& rng,
                                  const Hooks& hooks) {
  std::vector<Positions> drawn;
  Positions distinct;
  for (const auto& pool : layout.pools) {
    const Positions& part = options.parts[index(pool.part)];
    const std::vector<double> alike(part.size(), 1.0);
    Positions chosen = choose(alike, pool.n, rng);
    for (auto& i : chosen) i = part[index(i)];
    distinct.insert(distinct.end(), chosen.begin(), chosen.end());
    drawn.push_back(std::move(chosen));
  }
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Cells seen = take_cells(cells, distinct);
  if (seen.counts) {
    Posterior q = core::latent_posterior(vae, seen, options.batch_size, hooks);
    seen.counts = nullptr;
    seen.latent_mean = std::move(q.mean.values);
    seen.latent_var = std::move(q.var.values);
    // px_scale does not depend on it
    seen.log_library.assign(distinct.size(), 0.0);
    if (hooks.interrupted && hooks.interrupted()) return {};
  }
  std::vector<Cells> out;
  for (const auto& positions : drawn)
    out.push_back(take_cells(seen, positions_in(positions, distinct)));
  return out;
}

std::vector<Cells> draw_by_importance(Vae& vae, const Cells& cells,
                                      const DeOptions& options,
                                      const SampleLayout& layout, Rng& rng,
                                      const Hooks& hooks) {
  std::vector<Cells> out;
  for (const auto& pool : layout.pools) {
    OverallOptions overall;
    overall.n_samples_overall = pool.n;
    overall.max_cells = options.max_cells;
    overall.n_mc_samples = options.n_mc_samples;
    overall.batch_size = options.batch_size;
    overall.seed = options.seed;
    if (pool.batch >= 0) overall.transform_batch = {pool.batch};
    out.push_back(choose_by_importance(
        vae, take_cells(cells, options.parts[index(pool.part)]), overall, rng,
        hooks));
  }
  return out;
}

}  // namespace

at::Tensor draw_hidden(Vae& vae, const Cells& cells, const DeOptions& options,
                       const SampleLayout& layout, Rng& rng,
                       const Hooks& hooks) {
  std::vector<Cells> drawn =
      options.importance
          ? draw_by_importance(vae, cells, options, layout, rng, hooks)
          : draw_uniformly(vae, cells, options, layout, rng, hooks);
  const at::NoGradGuard no_grad;
  at::Tensor out;
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    const SamplePool& pool = layout.pools[k];
    for_each_block(
        vae, drawn[k], std::max<std::int64_t>(options.batch_size, 512), hooks,
        [&](std::int64_t first, const Minibatch& batch,
            const EncoderOutput& q) {
          const Noise noise = vae.draw_noise(batch.n_cells(), rng);
          const at::Tensor z = vae.draw_z(q.qz, noise.z);
          const at::Tensor h = vae.scale_hidden(
              z, pool.batch < 0 ? batch : as_batch(batch, pool.batch));
          if (!out.defined())
            out = at::zeros({h.size(1), layout.n_samples}, h.options());
          out.narrow(1, pool.first + first, batch.n_cells()).copy_(h.t());
        });
    drawn[k] = Cells{};
  }
  return out;
}

}  // namespace scvigor
