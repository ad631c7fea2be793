#ifndef SCVIGOR_CORE_DE_PAIRS_HPP
#define SCVIGOR_CORE_DE_PAIRS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/de.hpp"
#include "util/rng.hpp"

namespace scvigor::core {

// See scvigor/de.hpp.
DePairs pair_samples(const std::vector<std::int64_t>& batch1,
                     const std::vector<std::int64_t>& batch2,
                     const PairOptions& options, Rng& rng);

}  // namespace scvigor::core

#endif
