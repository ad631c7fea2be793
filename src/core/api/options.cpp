#include "scvigor/options.hpp"

#include "model/memory.hpp"
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

}  // namespace scvigor
