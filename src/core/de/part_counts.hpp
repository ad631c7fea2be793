#ifndef SCVIGOR_CORE_DE_PART_COUNTS_HPP
#define SCVIGOR_CORE_DE_PART_COUNTS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/de.hpp"

namespace scvigor::core {

// See scvigor/de.hpp; all positions are within the source.
PartCounts part_counts(const CountSource& source,
                       const std::vector<std::vector<std::int64_t>>& parts);

}  // namespace scvigor::core

#endif
