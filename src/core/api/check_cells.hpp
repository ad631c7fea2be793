#ifndef SCVIGOR_CORE_API_CHECK_CELLS_HPP
#define SCVIGOR_CORE_API_CHECK_CELLS_HPP

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"
#include "scvigor/train.hpp"

namespace scvigor {

// Throws an ArgumentError when cells do not fit a model: a covariate that is
// missing or too long, a code without a level, other genes.
void check_cells(const Cells& cells, const ModelOptions& options);

// Throws an ArgumentError when a split names cells that are not there or
// leaves too few to train on.
void check_split(const Split& split, std::int64_t n_cells);

}  // namespace scvigor

#endif
