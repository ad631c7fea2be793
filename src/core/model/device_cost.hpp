#ifndef SCVIGOR_CORE_MODEL_DEVICE_COST_HPP
#define SCVIGOR_CORE_MODEL_DEVICE_COST_HPP

#include "scvigor/runtime.hpp"

namespace scvigor::core {

// Expected seconds of a workload, from the measurements in bench/PROFILE.md.
double seconds_on_cpu(const ModelOptions& options, const Workload& work,
                      int n_threads);
double seconds_on_cuda(const ModelOptions& options, const Workload& work);

// See scvigor/runtime.hpp.
Accelerator choose_device(const ModelOptions& options, const Workload& work,
                          int n_threads, bool cuda);

}  // namespace scvigor::core

#endif
