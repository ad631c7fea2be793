#include "scvigor/options.hpp"

#include "model/memory.hpp"
#include "train/recipe.hpp"
#include "train/schedule.hpp"
#include "util/validate_options.hpp"

namespace scvigor {

void validate(const ModelOptions& options) {
  core::validate(options);
  core::check_model_fits(options);
}
void validate(const TrainOptions& options) { core::validate(options); }

std::int64_t default_max_epochs(std::int64_t n_cells) {
  return core::default_max_epochs(n_cells);
}

std::int64_t steps_per_epoch(std::int64_t n_cells,
                             const TrainOptions& options) {
  return core::steps_per_epoch(n_cells, options);
}

TrainOptions recipe_options(const RecipeRequest& request) {
  return core::recipe_options(request);
}

}  // namespace scvigor
