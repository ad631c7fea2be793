#ifndef SCVIGOR_CORE_IO_COUNTS_MINIFIED_CELLS_HPP
#define SCVIGOR_CORE_IO_COUNTS_MINIFIED_CELLS_HPP

#include <optional>
#include <string>

#include "scvigor/scvi_tools.hpp"

namespace scvigor::core {

// See scvigor/scvi_tools.hpp.
std::optional<MinifiedCells> read_minified(const std::string& path);

}  // namespace scvigor::core

#endif
