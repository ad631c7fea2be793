#include "simd/cpu_level.hpp"

#include <array>
#include <cstdlib>

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace scvigor {
namespace {

constexpr std::array<const char*, 4> kNames{"base", "avx2", "avx512", "amx"};

#ifdef SCVIGOR_AVX2

bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}

bool has_amx() {
#ifdef SCVIGOR_AMX
  if (!has_avx512_bf16() || !__builtin_cpu_supports("amx-tile") ||
      !__builtin_cpu_supports("amx-bf16"))
    return false;
  // A process has to ask before its first use, since the unit's registers
  // make its threads' saved states larger by 8 kB.
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

#endif

std::string known_names() {
  std::string names;
  for (const char* name : kNames) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

}  // namespace

const char* name_of(CpuLevel level) {
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<CpuLevel> parse_cpu_level(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i]) return static_cast<CpuLevel>(i);
  return std::nullopt;
}

bool has_avx512_bf16() {
#ifdef SCVIGOR_AVX512_BF16
  static const bool has = [] {
    __builtin_cpu_init();
    return has_avx512() && __builtin_cpu_supports("avx512bf16") != 0;
  }();
  return has;
#else
  return false;
#endif
}

CpuLevel detect_cpu_level([[maybe_unused]] CpuLevel limit) {
#ifdef SCVIGOR_AVX2
  __builtin_cpu_init();
  if (limit >= CpuLevel::kAvx512 && has_avx512())
    return limit >= CpuLevel::kAmx && has_amx() ? CpuLevel::kAmx
                                                : CpuLevel::kAvx512;
  if (limit >= CpuLevel::kAvx2 && has_avx2()) return CpuLevel::kAvx2;
#endif
  return CpuLevel::kBase;
}

CpuLevelChoice choose_cpu_level(const char* wanted, CpuLevel best) {
  if (wanted == nullptr || *wanted == '\0') return {best, ""};
  const auto level = parse_cpu_level(wanted);
  const std::string used = std::string("; ") + name_of(best) + " is used.";
  if (!level)
    return {best, "The environment variable SCVIGOR_CPU_LEVEL is \"" +
                      std::string(wanted) + "\", which is none of " +
                      known_names() + used};
  if (*level > best)
    return {best, "The environment variable SCVIGOR_CPU_LEVEL is \"" +
                      std::string(wanted) +
                      "\", which this processor or this build does not have" +
                      used};
  return {*level, ""};
}

const CpuLevelChoice& initial_cpu_level() {
  static const CpuLevelChoice choice = [] {
    const char* wanted = std::getenv("SCVIGOR_CPU_LEVEL");
    const auto limit = parse_cpu_level(wanted ? wanted : "");
    return choose_cpu_level(wanted,
                            detect_cpu_level(limit.value_or(CpuLevel::kAmx)));
  }();
  return choice;
}

}  // namespace scvigor
