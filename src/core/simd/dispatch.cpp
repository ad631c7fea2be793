#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX2

#ifdef SCVIGOR_AMX
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace scvigor {
namespace {

bool has_amx() {
#ifdef SCVIGOR_AMX
  if (!__builtin_cpu_supports("amx-tile") ||
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

}  // namespace

CpuLevel detect_cpu_level() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return has_amx() ? CpuLevel::kAmx : CpuLevel::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return CpuLevel::kAvx2;
  return CpuLevel::kBase;
}

}  // namespace scvigor

#endif
