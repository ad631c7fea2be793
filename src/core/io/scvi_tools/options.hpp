#ifndef SCVIGOR_CORE_IO_SCVI_TOOLS_OPTIONS_HPP
#define SCVIGOR_CORE_IO_SCVI_TOOLS_OPTIONS_HPP

#include <cstdint>

#include "io/python/pickle_value.hpp"
#include "scvigor/scvi_tools.hpp"

namespace scvigor {

// The options of a model: `init_params_` of its attributes, and what its data
// and its weights tell.
ModelOptions read_options(const pickle::Value* attributes,
                          const ScviToolsModel& model, bool is_linear);

// A FileError unless the weights fit the options. Building the networks
// afterwards takes no more memory than the file has weights.
void check_shapes(const ModelOptions& options, const State& state);

}  // namespace scvigor

#endif
