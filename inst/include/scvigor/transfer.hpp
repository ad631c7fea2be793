#ifndef SCVIGOR_TRANSFER_HPP
#define SCVIGOR_TRANSFER_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// Numbers of levels; as in ModelOptions.
struct Levels {
  std::int64_t n_batch = 1;
  std::int64_t n_labels = 1;
  std::vector<std::int64_t> n_cats_per_cov;
};

// The reference with additional levels, for query cells that have them: the
// output for the reference's cells does not change. `levels` must be at least
// the reference's. One-hot columns of new levels are drawn with `seed`. `prior`
// is needed if the library size is learned: one entry per batch, of which those
// of new batches are used.
//
// FreezeOptions in the TrainOptions of train() select what the query trains.
Model add_levels(const Model& reference, const Levels& levels,
                 const LibraryPrior& prior, std::uint64_t seed);

}  // namespace scvigor

#endif
