#include "api/check_cells.hpp"

#include <cmath>

#include "data/split.hpp"

namespace scvigor {
namespace {

[[noreturn]] void fail(const std::string& argument, const std::string& text) {
  throw ArgumentError(argument, text);
}

void check_length(const std::string& argument, std::size_t length,
                  std::int64_t n_cells, std::int64_t width) {
  if (static_cast<std::int64_t>(length) != n_cells * width)
    fail(argument, "`" + argument + "` must have a value for each of the " +
                       std::to_string(n_cells) + " cells.");
}

void check_codes(const std::string& argument,
                 const std::vector<std::int64_t>& codes, std::int64_t n_cells,
                 std::int64_t n_levels, bool needed) {
  if (codes.empty() && !needed) return;
  check_length(argument, codes.size(), n_cells, 1);
  for (const auto code : codes)
    if (code < 0 || code >= n_levels)
      fail(argument, "`" + argument +
                         "` has a level that the model does not "
                         "know.");
}

void check_categorical(const Cells& cells, const ModelOptions& o) {
  const auto width = static_cast<std::int64_t>(o.n_cats_per_cov.size());
  check_length("categorical_covariates", cells.categorical.size(),
               cells.n_cells(), width);
  for (std::size_t i = 0; i < cells.categorical.size(); ++i) {
    const auto levels = o.n_cats_per_cov[i % o.n_cats_per_cov.size()];
    if (cells.categorical[i] < 0 || cells.categorical[i] >= levels)
      fail("categorical_covariates",
           "`categorical_covariates` has a level that the model does not "
           "know.");
  }
}

void check_size_factor(const Cells& cells) {
  check_length("size_factor", cells.size_factor.size(), cells.n_cells(), 1);
  for (const double value : cells.size_factor)
    if (!std::isfinite(value) || value <= 0.0)
      fail("size_factor", "`size_factor` must be finite and above 0.");
}

void check_minified(const Cells& cells, const ModelOptions& o) {
  check_length("latent_mean", cells.latent_mean.size(), cells.n_cells(),
               o.n_latent);
  check_length("latent_var", cells.latent_var.size(), cells.n_cells(),
               o.n_latent);
}

}  // namespace

void check_cells(const Cells& cells, const ModelOptions& o) {
  if (cells.counts && cells.counts->n_genes() != o.n_genes)
    fail("x", "`x` has " + std::to_string(cells.counts->n_genes()) +
                  " genes, but the model has " + std::to_string(o.n_genes) +
                  ".");
  if (!cells.counts || !cells.latent_mean.empty()) check_minified(cells, o);
  check_codes("batch", cells.batch, cells.n_cells(), o.n_batch, o.n_batch > 1);
  check_codes("labels", cells.labels, cells.n_cells(), o.n_labels,
              o.dispersion == Dispersion::kGeneLabel && o.n_labels > 1);
  check_categorical(cells, o);
  check_length("continuous_covariates", cells.continuous.size(),
               cells.n_cells(), o.n_continuous_cov);
  for (const double value : cells.continuous)
    if (!std::isfinite(value))
      fail("continuous_covariates", "`continuous_covariates` must be finite.");
  if (o.use_size_factor) check_size_factor(cells);
}

void check_split(const Split& split, std::int64_t n_cells) {
  const std::string argument = "external_indexing";
  for (const auto* part : {&split.train, &split.validation, &split.test})
    for (const auto cell : *part)
      if (cell < 0 || cell >= n_cells)
        fail(argument,
             "`external_indexing` names a cell that is not one of "
             "the " +
                 std::to_string(n_cells) + " cells.");
  if (static_cast<std::int64_t>(split.train.size()) < kMinTrainingCells)
    fail(argument, "The training part has " +
                       std::to_string(split.train.size()) +
                       " cells; it needs at least " +
                       std::to_string(kMinTrainingCells) + ".");
}

void check_cell_weights(const Cells& cells, const Split& split) {
  const std::string argument = "cell_weights";
  if (cells.cell_weights.empty()) return;
  check_length(argument, cells.cell_weights.size(), cells.n_cells(), 1);
  for (const double weight : cells.cell_weights)
    if (!std::isfinite(weight) || weight < 0.0)
      fail(argument, "`cell_weights` must be finite and not negative.");
  double sum = 0.0;
  for (const auto cell : split.train)
    sum += cells.cell_weights[static_cast<std::size_t>(cell)];
  if (!std::isfinite(sum) || sum <= 0.0)
    fail(argument,
         "`cell_weights` must have a sum above 0, and not infinite, over the "
         "training cells.");
}

}  // namespace scvigor
