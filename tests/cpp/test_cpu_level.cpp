// Which instruction set is used, with SCVIGOR_CPU_LEVEL and without.

#include "catch.hpp"
#include "scvigor/runtime_info.hpp"
#include "simd/cpu_level.hpp"

using namespace scvigor;

namespace {

constexpr CpuLevel kAll[] = {CpuLevel::kBase, CpuLevel::kAvx2,
                             CpuLevel::kAvx512, CpuLevel::kAmx};

}  // namespace

TEST_CASE("instruction sets have names that are understood") {
  for (const auto level : kAll) CHECK(parse_cpu_level(name_of(level)) == level);
  for (const char* name : {"", "AVX2", "avx", "avx2 ", "neon", "3"})
    CHECK(!parse_cpu_level(name));
}

TEST_CASE("SCVIGOR_CPU_LEVEL lowers the instruction set, never raises it") {
  for (const auto best : kAll) {
    for (const char* unset : {static_cast<const char*>(nullptr), ""}) {
      CHECK(choose_cpu_level(unset, best).level == best);
      CHECK(choose_cpu_level(unset, best).warning.empty());
    }
    for (const auto wanted : kAll) {
      const auto choice = choose_cpu_level(name_of(wanted), best);
      CHECK(choice.level == (wanted < best ? wanted : best));
      CHECK(choice.warning.empty() == (wanted <= best));
    }
  }
}

TEST_CASE("an unknown SCVIGOR_CPU_LEVEL is named beside the known ones") {
  const auto choice = choose_cpu_level("avx9", CpuLevel::kAvx2);
  CHECK(choice.level == CpuLevel::kAvx2);
  CHECK_THAT(choice.warning, contains("\"avx9\"") &&
                                 contains("base, avx2, avx512, amx") &&
                                 contains("avx2 is used"));
}

TEST_CASE("a limit holds when the processor is asked") {
  const CpuLevel best = detect_cpu_level();
  for (const auto limit : kAll)
    CHECK(detect_cpu_level(limit) == (limit < best ? limit : best));
  CHECK(runtime_info().cpu_level == name_of(cpu_level()));
}
