#ifndef SCVIGOR_CORE_SIMD_CPU_LEVEL_HPP
#define SCVIGOR_CORE_SIMD_CPU_LEVEL_HPP

#include <optional>
#include <string>
#include <string_view>

namespace scvigor {

// The instruction sets that kernels are compiled for, each with all below it.
// Processors other than x86-64 have kBase only. kAmx: AVX-512, and Intel's unit
// for products of bfloat16 tiles.
enum class CpuLevel { kBase, kAvx2, kAvx512, kAmx };

// "base", "avx2", "avx512", "amx".
const char* name_of(CpuLevel level);
std::optional<CpuLevel> parse_cpu_level(std::string_view name);

// The highest level, up to `limit`, that this processor has. Only a limit of
// kAmx makes this process ask the system for AMX.
CpuLevel detect_cpu_level(CpuLevel limit = CpuLevel::kAmx);

// Whether this processor, and this build, have AVX-512-BF16. All with AMX do.
bool has_avx512_bf16();

struct CpuLevelChoice {
  CpuLevel level;
  std::string warning;  // why it is not the one that was asked for
};

// `wanted` is the value of SCVIGOR_CPU_LEVEL, nullptr or "" when it is not set;
// `best` is what the processor has.
CpuLevelChoice choose_cpu_level(const char* wanted, CpuLevel best);

// For this process, from its environment, at the first call.
const CpuLevelChoice& initial_cpu_level();

// The level in use. Tests lower it, to see the other copies at work.
inline CpuLevel& cpu_level() {
  static CpuLevel level = initial_cpu_level().level;
  return level;
}

}  // namespace scvigor

#endif
