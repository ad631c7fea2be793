#ifndef SCVIGOR_CORE_INFERENCE_NEAREST_NEIGHBORS_HPP
#define SCVIGOR_CORE_INFERENCE_NEAREST_NEIGHBORS_HPP

#include "scvigor/nearest_neighbors.hpp"

namespace scvigor::core {

// See scvigor/nearest_neighbors.hpp; both have the same dimensions and
// 1 <= k <= reference.n.
Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks);

}  // namespace scvigor::core

#endif
