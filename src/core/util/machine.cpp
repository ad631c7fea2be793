#include "util/machine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace scvigor::core {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// The memory limit of this process's container (control groups, versions 2 and
// 1). "max" is not read as a number: it means that there is no limit.
double container_limit() {
  for (const char* path : {"/sys/fs/cgroup/memory.max",
                           "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    double bytes = 0.0;
    if (file >> bytes && bytes > 0.0) return bytes;
  }
  return kNoLimit;
}

// ulimit -v
double address_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return kNoLimit;
  return static_cast<double>(limit.rlim_cur);
}

double physical_memory() {
  const auto pages = sysconf(_SC_PHYS_PAGES);
  const auto page = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return kNoLimit;
  return static_cast<double>(pages) * static_cast<double>(page);
}

}  // namespace

double memory_limit() {
  static const double container = container_limit();
  return std::min({physical_memory(), container, address_limit()});
}

std::string gigabytes(double bytes) {
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(bytes < 1e10 ? 1 : 0);
  text << bytes / 1e9 << " GB";
  return text.str();
}

}  // namespace scvigor::core
