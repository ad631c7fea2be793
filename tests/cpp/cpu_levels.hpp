#ifndef SCVIGOR_TESTS_CPU_LEVELS_HPP
#define SCVIGOR_TESTS_CPU_LEVELS_HPP

#include <string>
#include <utility>
#include <vector>

#include "simd/dispatch.hpp"
#include "skipped.hpp"

// Runs work once with the copies of the kernels for each instruction set that
// this process may use, and once on processors without a choice.

namespace support {

template <class Work>
void for_each_cpu_level(Work work) {
#ifdef SCVIGOR_AVX2
  using scvigor::CpuLevel;
  auto& level = scvigor::cpu_level();
  const CpuLevel best = level;  // SCVIGOR_CPU_LEVEL may have lowered it
  for (const auto& [candidate, name] :
       std::vector<std::pair<CpuLevel, std::string>>{
           {CpuLevel::kBase, "base"},
           {CpuLevel::kAvx2, "AVX2"},
           {CpuLevel::kAvx512, "AVX-512"},
           {CpuLevel::kAmx, "AMX"}})
    if (candidate <= best) {
      level = candidate;
      work(name);
    } else {
      skip_part("kernels of the CPU level " + name +
                ", which is not available here");
    }
  level = best;
#else
  work(std::string("base"));
#endif
}

}  // namespace support

#endif
