#ifndef SCVIGOR_CORE_IO_MERGE_ENTRIES_HPP
#define SCVIGOR_CORE_IO_MERGE_ENTRIES_HPP

#include "count_matrix.hpp"

namespace scvigor {

// Sorts each cell's entries by gene where they are not, and sums the entries
// of one gene. In place; returns how many entries are left.
std::int64_t merge_entries(const CompressedCells& cells,
                           std::int64_t n_cells);

}  // namespace scvigor

#endif
