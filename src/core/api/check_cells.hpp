#ifndef SCVIGOR_CORE_API_CHECK_CELLS_HPP
#define SCVIGOR_CORE_API_CHECK_CELLS_HPP

#include "scvigor/counts.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

// Throws an ArgumentError when cells do not fit a model: a covariate that is
// missing or too long, a code without a level, other genes.
void check_cells(const Cells& cells, const ModelOptions& options);

}  // namespace scvigor

#endif
