#ifndef SCVIGOR_CORE_UTIL_CPU_QUOTA_HPP
#define SCVIGOR_CORE_UTIL_CPU_QUOTA_HPP

#include <optional>
#include <string>

namespace scvigor {

// How many processors the control groups of a process allow it in the mean,
// its own group and all above it, of version 1 and 2: a container's "cpus".
// Nothing where there is no limit. `process`: a folder like /proc/self.
std::optional<double> cpu_quota(const std::string& process = "/proc/self");

}  // namespace scvigor

#endif
