#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_LEVEL_ORDER_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_LEVEL_ORDER_HPP

#include "scvigor/scvi_tools.hpp"

namespace scvigor {

// The same model with the levels of every category sorted, as scvi-tools has
// them: numbers by value, texts by code point. Weights that belong to a level
// move along, so that the model computes the same.
void sort_levels(ScviToolsModel& model);

}  // namespace scvigor

#endif
