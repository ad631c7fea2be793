#include "api/check_options.hpp"

#include <algorithm>
#include <string>

#include "scvigor/error.hpp"

namespace scvigor {
namespace {

void at_least_1(std::int64_t value, const std::string& argument) {
  if (value < 1)
    throw ArgumentError(argument, "`" + argument + "` must be at least 1.");
}

void within(const std::vector<std::int64_t>& codes, std::int64_t n,
            const char* argument, const char* message) {
  for (const auto code : codes)
    if (code < 0 || code >= n) throw ArgumentError(argument, message);
}

void needs_counts(const Cells& cells) {
  if (!cells.counts)
    throw ArgumentError("x", "The counts of the cells are needed: pass `x`.");
}

}  // namespace

void check_decode(const DecodeOptions& o, const ModelOptions& model) {
  within(o.transform_batch, model.n_batch, "transform_batch",
         "`transform_batch` must name batches of the model.");
  within(o.genes, model.n_genes, "subset.row",
         "`subset.row` must name genes of the model.");
  at_least_1(o.n_samples, "n_samples");
}

void check_importance(const OverallOptions& o, const Cells& cells) {
  if (!cells.counts)
    throw ArgumentError("x",
                        "Importance weights need the counts of the "
                        "cells: pass `x`.");
  if (o.transform_batch.size() > 1)
    throw ArgumentError("transform_batch",
                        "Importance weights are computed for one batch; name "
                        "one in `transform_batch`, or use `weights = "
                        "\"uniform\"`.");
  at_least_1(o.max_cells, "max_cells");
  at_least_1(o.n_mc_samples, "n_mc_samples");
}

void check_overall(const OverallOptions& o, const Cells& cells,
                   const ModelOptions& model) {
  at_least_1(o.n_samples_overall, "n_samples_overall");
  check_decode(o, model);
  if (o.importance) check_importance(o, cells);
}

void check_correlation(const CorrelationOptions& o, const Cells& cells,
                       const ModelOptions& model) {
  check_decode(o, model);
  if (cells.n_cells() * o.n_samples < 2)
    throw ArgumentError("n_samples",
                        "Correlations need at least two values of a gene: use "
                        "more cells or a larger `n_samples`.");
}

void check_abundance(const AbundanceOptions& o, const Cells& cells) {
  if (static_cast<std::int64_t>(o.sample.size()) != cells.n_cells() ||
      std::any_of(o.sample.begin(), o.sample.end(),
                  [](std::int64_t code) { return code < -1; }))
    throw ArgumentError("sample", "`sample` must have a code for each cell.");
  if (std::any_of(o.scored.begin(), o.scored.end(), [&](std::int64_t cell) {
        return cell < 0 || cell >= cells.n_cells();
      }))
    throw ArgumentError("subset.col",
                        "`subset.col` names a cell that does not exist.");
  if (o.num_cells_posterior)
    at_least_1(*o.num_cells_posterior, "num_cells_posterior");
  if (o.dof && !(*o.dof > 0.0))
    throw ArgumentError("dof", "`dof` must be above 0.");
}

void check_marginal(const MarginalOptions& o, const Cells& cells) {
  needs_counts(cells);
  at_least_1(o.n_mc_samples, "n_mc_samples");
}

void check_losses(const Cells& cells) { needs_counts(cells); }

void check_latent(const LatentOptions& o) {
  at_least_1(o.mc_samples, "mc_samples");
}

}  // namespace scvigor
