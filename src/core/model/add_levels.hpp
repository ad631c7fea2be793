#ifndef SCVIGOR_CORE_MODEL_ADD_LEVELS_HPP
#define SCVIGOR_CORE_MODEL_ADD_LEVELS_HPP

#include "model/vae.hpp"

namespace scvigor {

// Copies the weights of `reference` to `query`, a new model that has more
// levels. Rows of new levels in the batch embedding and the dispersions start
// at the mean of the reference's rows; their one-hot columns and library prior
// keep their initial values. Where the reference has a single level, and thus
// no column, the column of that level is zero: the output for the reference's
// cells does not change.
void copy_reference_weights(const Vae& reference, Vae& query);

}  // namespace scvigor

#endif
