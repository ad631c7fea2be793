#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "inference/blocks.hpp"
#include "inference/correlation_sum.hpp"
#include "inference/decode.hpp"
#include "inference/rank_table.hpp"
#include "util/rng.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor::core {
namespace {

// Calls add(rows) with the denoised samples, one block at a time. False:
// interrupted.
template <class Add>
bool for_each_sample(Vae& vae, const Cells& cells,
                     const CorrelationOptions& options, const Hooks& hooks,
                     Add add) {
  bool stopped = false;
  Hooks inner_hooks;
  inner_hooks.interrupted = [&] {
    return stopped = hooks.interrupted && hooks.interrupted();
  };
  denoised_sample(
      vae, cells, options.size_factor, options,
      [&](std::int64_t, const RowBlock& rows) {
        add(at::from_blob(const_cast<double*>(rows.values),
                          {rows.n_rows, rows.n_cols}, at::kDouble));
      },
      inner_hooks);
  return !stopped;
}

// Undefined if interrupted.
at::Tensor pearson(Vae& vae, const Cells& cells, std::int64_t n_genes,
                   const CorrelationOptions& options, const Hooks& hooks) {
  CorrelationSum sum(n_genes);
  const bool done =
      for_each_sample(vae, cells, options, hooks,
                      [&](const at::Tensor& rows) { sum.add(rows); });
  return done ? sum.correlations() : at::Tensor();
}

// Pearson's correlation of the ranks.
at::Tensor spearman(Vae& vae, const Cells& cells, std::int64_t n_genes,
                    const CorrelationOptions& options, const Hooks& hooks) {
  const auto n_values = cells.n_cells() * options.n_samples;
  RankTable table(n_genes, n_values);
  const bool done =
      for_each_sample(vae, cells, options, hooks,
                      [&](const at::Tensor& rows) { table.add(rows); }) &&
      table.rank(hooks);
  if (!done) return {};
  CorrelationSum sum(n_genes);
  for (std::int64_t first = 0; first < n_values; first += options.batch_size)
    sum.add(table.rows(first, std::min(options.batch_size, n_values - first)));
  return sum.correlations();
}

}  // namespace

Matrix feature_correlation(Vae& vae, const Cells& cells,
                           const CorrelationOptions& options,
                           const Hooks& hooks) {
  const auto n_genes = options.genes.empty()
                           ? vae.options().n_genes
                           : static_cast<std::int64_t>(options.genes.size());
  const auto& batches = options.transform_batch;
  RunningMean mean;
  CorrelationOptions one = options;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, batches.size()); ++i) {
    if (!batches.empty()) one.transform_batch = {batches[i]};
    one.seed = derive_draw_seed(options.seed, i);
    const at::Tensor correlations =
        options.ranks ? spearman(vae, cells, n_genes, one, hooks)
                      : pearson(vae, cells, n_genes, one, hooks);
    if (!correlations.defined()) return {};
    mean.add(correlations);
  }
  Matrix out;
  append_rows(mean.take(), out);
  return out;
}

}  // namespace scvigor::core
