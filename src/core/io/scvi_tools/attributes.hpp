#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_ATTRIBUTES_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_ATTRIBUTES_HPP

#include "io/python/pickle_writer.hpp"
#include "scvigor/scvi_tools.hpp"

namespace scvigor {

// What scvi-tools keeps of a model besides its weights, as it pickles it.
// Arrays and tables are written as calls of numpy's and pandas' public
// constructors, which every version of them understands.

// The attributes: options, registry, history, split.
void write_attributes(pickle::Writer& out, const ScviToolsModel& model);
void write_registry(pickle::Writer& out, const ScviToolsModel& model);
void write_init_params(pickle::Writer& out, const ModelOptions& options);

void write_text_array(pickle::Writer& out,
                      const std::vector<std::string>& values);
void write_integer_array(pickle::Writer& out,
                         const std::vector<std::int64_t>& values);

}  // namespace scvigor

#endif
