#include "de/sampler.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

#include "data/take_cells.hpp"
#include "de/pairs.hpp"
#include "inference/blocks.hpp"
#include "inference/drawn_cells.hpp"

namespace scvigor {
namespace {

using Positions = std::vector<std::int64_t>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// The row of a pool of the plan, which grows to hold `n` samples.
std::size_t pool_of(std::int64_t part, std::int64_t batch, std::int64_t n,
                    std::vector<Pool>& pools) {
  std::size_t k = 0;
  while (k < pools.size() && (pools[k].part != part || pools[k].batch != batch))
    ++k;
  if (k == pools.size()) pools.push_back({part, batch, 0, 0});
  pools[k].n = std::max(pools[k].n, n);
  return k;
}

// A side's samples before they have rows: so many of each pool.
struct Share {
  std::size_t pool;
  std::int64_t n;
  std::int64_t batch;
};
using Side = std::vector<Share>;

Side plan_side(const Positions& parts, Positions batches,
               const DeOptions& options, Rng& rng, std::vector<Pool>& pools) {
  if (batches.empty()) batches = {-1};
  const auto n = std::max<std::int64_t>(
      2, options.n_samples_overall / static_cast<std::int64_t>(batches.size()));
  std::vector<double> sizes;
  for (const auto part : parts)
    sizes.push_back(static_cast<double>(options.parts[index(part)].size()));
  Side out;
  for (const auto batch : batches) {
    Positions from(parts.size(), 0);
    if (parts.size() == 1)
      from[0] = n;
    else
      for (const auto k : choose(sizes, n, rng)) ++from[index(k)];
    for (std::size_t k = 0; k < parts.size(); ++k)
      if (from[k] > 0)
        out.push_back(
            {pool_of(parts[k], batch, from[k], pools), from[k], batch});
  }
  return out;
}

// Rows of a side's samples and the batch of each.
void list_rows(const Side& side, const std::vector<Pool>& pools,
               Comparison::Rows& rows, Positions& batch) {
  for (const auto& share : side)
    for (std::int64_t i = 0; i < share.n; ++i) {
      rows.push_back(static_cast<std::int32_t>(pools[share.pool].first + i));
      batch.push_back(share.batch);
    }
}

Comparison::Rows take_rows(const Comparison::Rows& rows,
                           const Positions& chosen) {
  Comparison::Rows out;
  out.reserve(chosen.size());
  for (const auto i : chosen) out.push_back(rows[index(i)]);
  return out;
}

// Whose mean count in these parts is below scvi-tools' threshold.
std::vector<std::uint8_t> unexpressed(const Positions& parts,
                                      const DeOptions& options) {
  constexpr double kThreshold = 0.01;
  const auto& totals = options.part_totals;
  std::vector<std::uint8_t> out(index(totals.n_cols));
  double n_cells = 0.0;
  for (const auto part : parts)
    n_cells += static_cast<double>(options.parts[index(part)].size());
  for (std::int64_t gene = 0; gene < totals.n_cols; ++gene) {
    double sum = 0.0;
    for (const auto part : parts)
      sum += totals.values[index(part * totals.n_cols + gene)];
    out[index(gene)] = sum / n_cells < kThreshold;
  }
  return out;
}

// Positions `values` have in the sorted list `distinct`.
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
                                  const SamplingPlan& plan, Rng& rng,
                                  const Hooks& hooks) {
  std::vector<Positions> drawn;
  Positions distinct;
  for (const auto& pool : plan.pools) {
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
                                      const SamplingPlan& plan, Rng& rng,
                                      const Hooks& hooks) {
  std::vector<Cells> out;
  for (const auto& pool : plan.pools) {
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

SamplingPlan plan_samples(const DeOptions& options, Rng& rng) {
  SamplingPlan plan;
  std::vector<std::pair<Side, Side>> sides;
  for (const auto& comparison : options.comparisons) {
    Side side1 = plan_side(comparison.parts1, options.batchid1, options, rng,
                           plan.pools);
    Side side2 = plan_side(comparison.parts2, options.batchid2, options, rng,
                           plan.pools);
    sides.emplace_back(std::move(side1), std::move(side2));
  }
  for (auto& pool : plan.pools) {
    pool.first = plan.n_samples;
    plan.n_samples += pool.n;
  }
  const bool estimate = !options.test.vanilla && !options.test.pseudocounts;
  PairOptions pairing;
  pairing.observed = options.batchid1.empty() && options.batchid2.empty();
  pairing.use_permutation = options.use_permutation;
  pairing.m_permutation = options.m_permutation;
  for (std::size_t c = 0; c < sides.size(); ++c) {
    Comparison one;
    Positions batch1;
    Positions batch2;
    list_rows(sides[c].first, plan.pools, one.side1, batch1);
    list_rows(sides[c].second, plan.pools, one.side2, batch2);
    const DePairs pairs = core::pair_samples(batch1, batch2, pairing, rng);
    one.first = take_rows(one.side1, pairs.first);
    one.second = take_rows(one.side2, pairs.second);
    if (estimate) {
      one.unexpressed1 = unexpressed(options.comparisons[c].parts1, options);
      one.unexpressed2 = unexpressed(options.comparisons[c].parts2, options);
    }
    plan.comparisons.push_back(std::move(one));
  }
  return plan;
}

at::Tensor draw_hidden(Vae& vae, const Cells& cells, const DeOptions& options,
                       const SamplingPlan& plan, Rng& rng, const Hooks& hooks) {
  std::vector<Cells> drawn =
      options.importance
          ? draw_by_importance(vae, cells, options, plan, rng, hooks)
          : draw_uniformly(vae, cells, options, plan, rng, hooks);
  const at::NoGradGuard no_grad;
  at::Tensor out;
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    const Pool& pool = plan.pools[k];
    for_each_block(
        vae, drawn[k], std::max<std::int64_t>(options.batch_size, 512), hooks,
        [&](std::int64_t first, const Minibatch& batch,
            const EncoderOutput& q) {
          const Noise noise = vae.draw_noise(batch.n_cells(), rng);
          const at::Tensor z = vae.draw_z(q.qz, noise.z);
          const at::Tensor h = vae.scale_hidden(
              z, pool.batch < 0 ? batch : as_batch(batch, pool.batch));
          if (!out.defined())
            out = at::zeros({h.size(1), plan.n_samples}, h.options());
          out.narrow(1, pool.first + first, batch.n_cells()).copy_(h.t());
        });
    drawn[k] = Cells{};
  }
  return out;
}

}  // namespace scvigor
