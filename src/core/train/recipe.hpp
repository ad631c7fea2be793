#ifndef SCVIGOR_CORE_TRAIN_RECIPE_HPP
#define SCVIGOR_CORE_TRAIN_RECIPE_HPP

#include "scvigor/options.hpp"

namespace scvigor::core {

// See scvigor/options.hpp.
TrainOptions recipe_options(const RecipeRequest& request);

}  // namespace scvigor::core

#endif
