#ifndef SCVIGOR_CORE_DATA_SPLIT_HPP
#define SCVIGOR_CORE_DATA_SPLIT_HPP

#include <cstdint>

namespace scvigor {

// BatchNorm needs a variance over the cells of a minibatch: one with fewer
// cells than this is not trained on.
constexpr std::int64_t kMinTrainingCells = 3;

}  // namespace scvigor

#endif
