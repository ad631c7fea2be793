#ifndef SCVIGOR_CORE_MODEL_ADD_LEVELS_HPP
#define SCVIGOR_CORE_MODEL_ADD_LEVELS_HPP

#include "model/vae.hpp"

namespace scvigor {

// Gives `query`, a fresh model that differs from `reference` in having more
// levels, the reference's weights. Of what belongs to new levels, rows of the
// batch embedding and dispersions start at the mean of the reference's; the
// one-hot columns and the library prior stay as they are. Where the reference
// has a single level, and so no column, the level's new column is zero: the
// reference's cells keep their output.
void copy_reference_weights(const Vae& reference, Vae& query);

}  // namespace scvigor

#endif
