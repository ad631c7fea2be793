#ifndef SCVIGOR_CORE_UTIL_VALIDATE_OPTIONS_HPP
#define SCVIGOR_CORE_UTIL_VALIDATE_OPTIONS_HPP

#include "scvigor/options.hpp"

namespace scvigor::core {

// Whether options are within range and make sense together; see
// scvigor/options.hpp.
void validate(const ModelOptions& options);
void validate(const TrainOptions& options);

}  // namespace scvigor::core

#endif
