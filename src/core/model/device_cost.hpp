#ifndef SCVIGOR_CORE_MODEL_DEVICE_COST_HPP
#define SCVIGOR_CORE_MODEL_DEVICE_COST_HPP

#include "scvigor/runtime.hpp"

namespace scvigor::core {

// See scvigor/runtime.hpp. From the measurements in bench/PROFILE.md.
Accelerator choose_device(const ModelOptions& options, const Workload& work,
                          int n_threads, bool cuda);

}  // namespace scvigor::core

#endif
