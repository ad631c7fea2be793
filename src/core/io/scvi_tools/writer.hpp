#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_WRITER_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_WRITER_HPP

#include <string>

#include "scvigor/scvi_tools.hpp"

namespace scvigor::core {

// See scvigor/scvi_tools.hpp.
void write_scvi_tools(const ScviToolsModel& model, const std::string& path);

}  // namespace scvigor::core

#endif
