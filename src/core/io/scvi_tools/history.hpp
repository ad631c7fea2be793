#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_HISTORY_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_HISTORY_HPP

#include "io/python/pickle_value.hpp"
#include "scvigor/train.hpp"

namespace scvigor {

// scvi-tools' `history_`: a table of one column for each loss. What is not one
// value per epoch, or in a form that is not known, is left out.
History read_scvi_history(const pickle::Value* history);

}  // namespace scvigor

#endif
