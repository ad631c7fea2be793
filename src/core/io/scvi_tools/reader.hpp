#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_READER_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_READER_HPP

#include <string>

#include "scvigor/scvi_tools.hpp"

namespace scvigor::core {

// See scvigor/scvi_tools.hpp.
ScviToolsModel read_scvi_tools(const std::string& folder,
                               const std::string& prefix);

}  // namespace scvigor::core

#endif
