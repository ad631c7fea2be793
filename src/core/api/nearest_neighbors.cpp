#include "scvigor/nearest_neighbors.hpp"

#include <string>

#include "api/errors.hpp"
#include "inference/nearest_neighbors.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

Neighbors nearest_neighbors(const PointView& query, const PointView& reference,
                            std::int64_t k, const Hooks& hooks) {
  if (query.n_dims != reference.n_dims)
    throw ArgumentError("reference",
                        "`query` and `reference` must have the same number of "
                        "dimensions.");
  if (k < 1 || k > reference.n)
    throw ArgumentError("k", "`k` must be from 1 to the " +
                                 std::to_string(reference.n) +
                                 " cells of the reference.");
  return without_torch_errors(
      [&] { return core::nearest_neighbors(query, reference, k, hooks); });
}

}  // namespace scvigor
