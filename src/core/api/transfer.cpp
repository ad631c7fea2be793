#include "scvigor/transfer.hpp"

#include <string>

#include "api/errors.hpp"
#include "model/add_levels.hpp"

namespace scvigor {
namespace {

void check_grown(const std::string& argument, std::int64_t before,
                 std::int64_t after) {
  if (after < before)
    throw ArgumentError(argument,
                        "`" + argument +
                            "` of a query must be at least that of its "
                            "reference, " +
                            std::to_string(before) + ", not " +
                            std::to_string(after) + ".");
}

void check_levels(const ModelOptions& reference, const Levels& levels) {
  check_grown("n_batch", reference.n_batch, levels.n_batch);
  check_grown("n_labels", reference.n_labels, levels.n_labels);
  const auto& before = reference.n_cats_per_cov;
  if (before.size() != levels.n_cats_per_cov.size())
    throw ArgumentError("n_cats_per_cov",
                        "A query has the " + std::to_string(before.size()) +
                            " categorical covariates of its reference, not " +
                            std::to_string(levels.n_cats_per_cov.size()) + ".");
  for (std::size_t k = 0; k < before.size(); ++k)
    check_grown("n_cats_per_cov", before[k], levels.n_cats_per_cov[k]);
}

}  // namespace

Model add_levels(const Model& reference, const Levels& levels,
                 const LibraryPrior& prior, std::uint64_t seed) {
  check_levels(reference.options(), levels);
  ModelOptions options = reference.options();
  options.n_batch = levels.n_batch;
  options.n_labels = levels.n_labels;
  options.n_cats_per_cov = levels.n_cats_per_cov;
  Model query(options, seed, prior);
  without_torch_errors(
      [&] { copy_reference_weights(reference.vae(), query.vae()); });
  return query;
}

}  // namespace scvigor
