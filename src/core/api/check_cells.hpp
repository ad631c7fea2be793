#ifndef SCVIGOR_CORE_API_CHECK_CELLS_HPP
#define SCVIGOR_CORE_API_CHECK_CELLS_HPP

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"
#include "scvigor/train.hpp"

namespace scvigor {

// Throws an ArgumentError if cells do not fit a model: a covariate is missing
// or has the wrong length, a code has no level, or the genes differ.
void check_cells(const Cells& cells, const ModelOptions& options);

// Throws an ArgumentError if a split has positions out of range or too few
// training cells.
void check_split(const Split& split, std::int64_t n_cells);

// Throws an ArgumentError if the cells' weights, where they have some, are not
// numbers from 0, or if all training cells have 0.
void check_cell_weights(const Cells& cells, const Split& split);

}  // namespace scvigor

#endif
