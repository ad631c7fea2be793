#ifndef SCVIGOR_CORE_UTIL_PROCESSORS_HPP
#define SCVIGOR_CORE_UTIL_PROCESSORS_HPP

#include <optional>

namespace scvigor::core {

// Those of this process's affinity mask, at least 1.
int n_processors();

// How many of them this process may use: at most the quota of its control group
// (a container's "cpus") and OMP_THREAD_LIMIT.
int available_processors();

// The default number of threads: the available processors, at most
// OMP_NUM_THREADS and SLURM_CPUS_PER_TASK where these are positive numbers.
int default_threads();

// A positive number at the start of a text, before its end or a comma: "4" and
// "4,2". One that is too large for int is the largest int.
std::optional<int> positive_number(const char* text);

}  // namespace scvigor::core

#endif
