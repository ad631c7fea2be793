#include "scvigor/de.hpp"

#include <algorithm>
#include <string>

#include "api/check_cells.hpp"
#include "api/check_options.hpp"
#include "api/errors.hpp"
#include "de/delta.hpp"
#include "de/pairs.hpp"
#include "de/part_counts.hpp"
#include "de/verb.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

// With 128 hidden units these take 51 GB: more is a mistake, which would
// exhaust the machine's memory before it fails.
constexpr std::int64_t kMaxSamples = 100'000'000;

void need(bool fits, const char* argument, const char* message) {
  if (!fits) throw ArgumentError(argument, message);
}

void check_positions(const std::vector<std::int64_t>& positions, std::int64_t n,
                     const char* argument, const char* message) {
  for (const auto i : positions) need(i >= 0 && i < n, argument, message);
}

void check_parts(const DeOptions& o, std::int64_t n_cells) {
  const auto n_parts = static_cast<std::int64_t>(o.parts.size());
  for (const auto& part : o.parts) {
    need(!part.empty(), "groups", "A group has no cells.");
    check_positions(part, n_cells, "groups",
                    "Groups must have positions of cells.");
  }
  for (const auto& comparison : o.comparisons)
    for (const auto* side : {&comparison.parts1, &comparison.parts2}) {
      need(!side->empty(), "groups", "A side of a comparison is empty.");
      check_positions(*side, n_parts, "groups",
                      "A comparison must have positions of parts.");
    }
}

void check_test(const DeTest& test) {
  need(!test.delta || *test.delta >= 0.0, "delta",
       "`delta` must be 0 or above, or NULL.");
  need(!test.pseudocounts || *test.pseudocounts >= 0.0, "pseudocounts",
       "`pseudocounts` must be 0 or above, or NULL.");
  for (const double level : test.cred_interval_lvls)
    need(level > 0.0 && level < 1.0, "cred_interval_lvls",
         "`cred_interval_lvls` must lie between 0 and 1.");
}

void check_number(std::int64_t n, const std::string& name) {
  if (n < 1 || n > kMaxSamples)
    throw ArgumentError(name, "`" + name + "` must be from 1 to " +
                                  std::to_string(kMaxSamples) + ".");
}

void check(const DeOptions& o, const Cells& cells, const ModelOptions& model) {
  check_parts(o, cells.n_cells());
  check_test(o.test);
  need(o.batch_size >= 1, "batch_size", "`batch_size` must be at least 1.");
  check_number(o.n_samples_overall, "n_samples_overall");
  check_number(o.m_permutation, "m_permutation");
  need(o.batchid1.empty() == o.batchid2.empty(), "batchid1",
       "Batches must be named for both groups or for none.");
  for (const auto* batches : {&o.batchid1, &o.batchid2})
    check_positions(*batches, model.n_batch, "batchid1",
                    "Batches must be those of the model.");
  if (o.importance) {
    OverallOptions weights;
    weights.max_cells = o.max_cells;
    weights.n_mc_samples = o.n_mc_samples;
    check_importance(weights, cells);
  }
  const bool estimate = !o.test.vanilla && !o.test.pseudocounts;
  need(!estimate ||
           (o.part_totals.n_cols == model.n_genes &&
            o.part_totals.n_rows == static_cast<std::int64_t>(o.parts.size())),
       "pseudocounts",
       "Without `pseudocounts` the totals of the parts are needed.");
}

bool has_shape(const Matrix& m) {
  return m.n_rows >= 0 && m.n_cols >= 0 &&
         static_cast<std::int64_t>(m.values.size()) == m.n_rows * m.n_cols;
}

// `flags` is empty or has one for each gene.
bool is_per_gene(const std::vector<std::uint8_t>& flags, std::int64_t n_genes,
                 bool needed) {
  return static_cast<std::int64_t>(flags.size()) == n_genes ||
         (flags.empty() && !needed);
}

void check(const DeSamples& s, const DeTest& test) {
  check_test(test);
  need(has_shape(s.scale1) && has_shape(s.scale2) &&
           s.scale1.n_rows == s.scale2.n_rows,
       "samples", "Both sides must have samples of the same genes.");
  need(!s.pair_idx1.empty() && s.pair_idx1.size() == s.pair_idx2.size(),
       "samples", "Pairs must have a sample of each side.");
  check_positions(s.pair_idx1, s.scale1.n_cols, "samples",
                  "Pairs must have positions of samples.");
  check_positions(s.pair_idx2, s.scale2.n_cols, "samples",
                  "Pairs must have positions of samples.");
  const bool estimate = !test.vanilla && !test.pseudocounts;
  need(is_per_gene(s.unexpressed1, s.scale1.n_rows, estimate) &&
           is_per_gene(s.unexpressed2, s.scale1.n_rows, estimate),
       "samples", "Without `pseudocounts`, `unexpressed` is needed per gene.");
}

}  // namespace

std::vector<DeTable> differential_expression(const Model& model,
                                             const Cells& cells,
                                             const DeOptions& options,
                                             const Hooks& hooks) {
  check_cells(cells, model.options());
  check(options, cells, model.options());
  return without_torch_errors([&] {
    return core::differential_expression(evaluation(model), cells, options,
                                         hooks);
  });
}

DeTable compare_samples(const DeSamples& samples, const DeTest& test) {
  check(samples, test);
  return without_torch_errors(
      [&] { return core::compare_samples(samples, test); });
}

DePairs pair_samples(const std::vector<std::int64_t>& batch1,
                     const std::vector<std::int64_t>& batch2,
                     const PairOptions& options) {
  check_number(options.m_permutation, "m_permutation");
  return without_torch_errors([&] {
    Rng rng(options.seed);
    return core::pair_samples(batch1, batch2, options, rng);
  });
}

double estimate_delta(const std::vector<double>& effect_means) {
  return core::estimate_delta(effect_means);
}

PartCounts part_counts(const CountSource& source,
                       const std::vector<std::vector<std::int64_t>>& parts) {
  for (const auto& part : parts)
    check_positions(part, source.n_cells(), "groups",
                    "Groups must have positions of cells.");
  return without_torch_errors([&] { return core::part_counts(source, parts); });
}

}  // namespace scvigor
