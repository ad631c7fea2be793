#include "io/isolation/process_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "io/isolation/sanitizer.hpp"

namespace scvigor {

namespace {

constexpr double kMiB = 1 << 20;

// Every limit grows from here: HDF5's own structures, tables of text.
constexpr double kBaseMemoryBytes = 256 * kMiB;
constexpr double kMemoryPerFileByte = 8;
constexpr double kMaxMemoryOfFile = 1024 * kMiB;
constexpr double kBaseSeconds = 10;
// A slow machine unpacks ten times as much in a second.
constexpr double kBytesPerSecond = 4 * kMiB;

double g_first_bytes = 0;  // mapped when the limits were set, 0: unknown
double g_memory_bytes = 0;
double g_seconds = 0;

using Resource = decltype(RLIMIT_CORE);

// A limit that may grow up to what this process was given at first.
class GrowingLimit {
 public:
  explicit GrowingLimit(Resource resource) : resource_(resource) {}

  void set(double value) {
    if (!is_known_) is_known_ = getrlimit(resource_, &given_) == 0;
    if (!is_known_) return;
    rlimit now = given_;
    if (given_.rlim_cur == RLIM_INFINITY ||
        value < static_cast<double>(given_.rlim_cur))
      now.rlim_cur = static_cast<rlim_t>(value);
    setrlimit(resource_, &now);
  }

 private:
  Resource resource_;
  rlimit given_{};
  bool is_known_ = false;
};

GrowingLimit g_core_limit(RLIMIT_CORE);
GrowingLimit g_cpu_limit(RLIMIT_CPU);
#if !SCVIGOR_ADDRESS_SANITIZER
GrowingLimit g_memory_limit(RLIMIT_AS);
#endif

// Memory that the process has mapped, where the system says so; otherwise 0.
double mapped_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void apply() {
  g_cpu_limit.set(std::ceil(g_seconds));
#if !SCVIGOR_ADDRESS_SANITIZER
  if (g_first_bytes > 0) g_memory_limit.set(g_first_bytes + g_memory_bytes);
#endif
}

}  // namespace

void set_limits(std::int64_t file_bytes) {
  const auto bytes = static_cast<double>(file_bytes);
  g_first_bytes = mapped_bytes();
  g_memory_bytes =
      kBaseMemoryBytes + std::min(kMemoryPerFileByte * bytes, kMaxMemoryOfFile);
  g_seconds = kBaseSeconds + bytes / kBytesPerSecond;
  g_core_limit.set(0);
  apply();
}

void raise_limits(double memory_bytes, double work_bytes) {
  g_memory_bytes += memory_bytes;
  g_seconds += work_bytes / kBytesPerSecond;
  apply();
}

std::string describe_memory_limit() {
  return std::to_string(static_cast<std::int64_t>(g_memory_bytes / kMiB)) +
         " MiB";
}

}  // namespace scvigor
