#include "util/processors.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <thread>
#ifdef __linux__
#include <sched.h>

#include <vector>
#endif

#include "util/cpu_quota.hpp"

namespace scvigor::core {
namespace {

// 0: not known.
int processors_of_affinity_mask() {
#ifdef __linux__
  constexpr int kMaxProcessors = 1 << 16;
  for (int n = CPU_SETSIZE; n <= kMaxProcessors; n *= 2) {
    std::vector<unsigned char> mask(CPU_ALLOC_SIZE(n));
    auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
    if (sched_getaffinity(0, mask.size(), set) == 0)
      return CPU_COUNT_S(mask.size(), set);
  }
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

int at_most(int n, const char* variable) {
  return std::min(n, positive_number(std::getenv(variable)).value_or(n));
}

}  // namespace

std::optional<int> positive_number(const char* text) {
  if (text == nullptr) return {};
  while (std::isspace(static_cast<unsigned char>(*text)) != 0) ++text;
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  std::int64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text)
    value = std::min(kMax, 10 * value + (*text - '0'));
  while (std::isspace(static_cast<unsigned char>(*text)) != 0) ++text;
  if (value == 0 || (*text != '\0' && *text != ',')) return {};
  return static_cast<int>(value);
}

int n_processors() { return std::max(1, processors_of_affinity_mask()); }

int available_processors() {
  int n = n_processors();
  // More threads than the quota would be stopped together, for much of the
  // time; a thread for less than half a processor costs more than it does.
  if (const auto quota = cpu_quota(); quota)
    n = std::min(n, std::max(1, static_cast<int>(
                                    std::lround(std::min<double>(*quota, n)))));
  return at_most(n, "OMP_THREAD_LIMIT");
}

int default_threads() {
  return at_most(at_most(available_processors(), "OMP_NUM_THREADS"),
                 "SLURM_CPUS_PER_TASK");
}

}  // namespace scvigor::core
