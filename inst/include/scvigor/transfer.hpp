#ifndef SCVIGOR_TRANSFER_HPP
#define SCVIGOR_TRANSFER_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"
#include "scvigor/model.hpp"

namespace scvigor {

// How many levels a model knows; as in ModelOptions.
struct Levels {
  std::int64_t n_batch = 1;
  std::int64_t n_labels = 1;
  std::vector<std::int64_t> n_cats_per_cov;
};

// The reference with further levels, for query cells that have them: the
// reference's cells keep their output. `levels` nowhere fall below the
// reference's. One-hot columns of new levels are drawn with `seed`. `prior` is
// needed where the library size is learned: one entry a batch, of which those
// of new batches count.
//
// FreezeOptions in the TrainOptions of train() says what the query may move.
Model add_levels(const Model& reference, const Levels& levels,
                 const LibraryPrior& prior, std::uint64_t seed);

}  // namespace scvigor

#endif
