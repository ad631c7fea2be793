#include "de/sample_layout.hpp"

#include <algorithm>
#include <utility>

#include "de/pairs.hpp"
#include "inference/drawn_cells.hpp"

namespace scvigor {
namespace {

using Positions = std::vector<std::int64_t>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// The index of a pool, which grows to hold `n` samples.
std::size_t pool_of(std::int64_t part, std::int64_t batch, std::int64_t n,
                    std::vector<SamplePool>& pools) {
  std::size_t k = 0;
  while (k < pools.size() && (pools[k].part != part || pools[k].batch != batch))
    ++k;
  if (k == pools.size()) pools.push_back({part, batch, 0, 0});
  pools[k].n = std::max(pools[k].n, n);
  return k;
}

// `n` samples of a pool, before they have rows. A side is made of these.
struct PoolPart {
  std::size_t pool;
  std::int64_t n;
  std::int64_t batch;
};
using Side = std::vector<PoolPart>;

Side layout_side(const Positions& parts, Positions batches,
                 const DeOptions& options, Rng& rng,
                 std::vector<SamplePool>& pools) {
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
void list_rows(const Side& side, const std::vector<SamplePool>& pools,
               RowIndices& rows, Positions& batch) {
  for (const auto& part : side)
    for (std::int64_t i = 0; i < part.n; ++i) {
      rows.push_back(static_cast<std::int32_t>(pools[part.pool].first + i));
      batch.push_back(part.batch);
    }
}

RowIndices take_rows(const RowIndices& rows, const Positions& chosen) {
  RowIndices out;
  out.reserve(chosen.size());
  for (const auto i : chosen) out.push_back(rows[index(i)]);
  return out;
}

// Genes whose mean count in these parts is below scvi-tools' threshold.
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

}  // namespace

SampleLayout layout_samples(const DeOptions& options, Rng& rng) {
  SampleLayout layout;
  std::vector<std::pair<Side, Side>> sides;
  for (const auto& comparison : options.comparisons) {
    Side side1 = layout_side(comparison.parts1, options.batchid1, options, rng,
                             layout.pools);
    Side side2 = layout_side(comparison.parts2, options.batchid2, options, rng,
                             layout.pools);
    sides.emplace_back(std::move(side1), std::move(side2));
  }
  for (auto& pool : layout.pools) {
    pool.first = layout.n_samples;
    layout.n_samples += pool.n;
  }
  const bool estimate = !options.test.vanilla && !options.test.pseudocounts;
  PairOptions pairing;
  pairing.observed = options.batchid1.empty() && options.batchid2.empty();
  pairing.use_permutation = options.use_permutation;
  pairing.m_permutation = options.m_permutation;
  for (std::size_t c = 0; c < sides.size(); ++c) {
    ComparedRows one;
    Positions batch1;
    Positions batch2;
    list_rows(sides[c].first, layout.pools, one.side1, batch1);
    list_rows(sides[c].second, layout.pools, one.side2, batch2);
    const DePairs pairs = core::pair_samples(batch1, batch2, pairing, rng);
    one.first = take_rows(one.side1, pairs.first);
    one.second = take_rows(one.side2, pairs.second);
    if (estimate) {
      one.unexpressed1 = unexpressed(options.comparisons[c].parts1, options);
      one.unexpressed2 = unexpressed(options.comparisons[c].parts2, options);
    }
    layout.comparisons.push_back(std::move(one));
  }
  return layout;
}

}  // namespace scvigor
