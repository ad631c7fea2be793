#ifndef SCVIGOR_CORE_DATA_TAKE_CELLS_HPP
#define SCVIGOR_CORE_DATA_TAKE_CELLS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor {

// The cells at `positions`, in that order and repeated where a position is,
// with all their covariates. Counts are not copied.
Cells take_cells(const Cells& cells,
                 const std::vector<std::int64_t>& positions);

}  // namespace scvigor

#endif
