#ifndef SCVIGOR_CORE_DATA_SPLIT_HPP
#define SCVIGOR_CORE_DATA_SPLIT_HPP

#include <cstdint>

#include "scvigor/train.hpp"

namespace scvigor {

// BatchNorm needs the variance over the cells of a minibatch: smaller
// minibatches are not trained on.
constexpr std::int64_t kMinTrainingCells = 3;

namespace core {

// See scvigor/train.hpp.
Split split_cells(std::int64_t n_cells, const TrainOptions& options,
                  std::uint64_t seed);

}  // namespace core

}  // namespace scvigor

#endif
