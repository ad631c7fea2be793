#ifndef SCVIGOR_CORE_SIMD_DISPATCH_HPP
#define SCVIGOR_CORE_SIMD_DISPATCH_HPP

// Run-time choice of the instruction set. A kernel is written once as an
// inline body; SCVIGOR_KERNEL makes a copy of it for each level and a
// function that picks the one this processor can run:
//
//   SCVIGOR_INLINE void scale_body(float* x, int n) { ... }
//   SCVIGOR_KERNEL(scale, scale_body, (float* x, int n), (x, n))
//
// Loops meant for vector units carry `#pragma omp simd`.

#include "simd/cpu_level.hpp"

// A choice between two numbers becomes a branch, and a branch stops the
// vectorizer, as long as the compiler must keep floating-point exceptions and
// errno. Nobody here reads either; NaN and infinities keep their meaning.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-trapping-math", "no-math-errno")
#endif

#define SCVIGOR_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

// Intel's AMX, which Linux grants to a process on request.
#if defined(__linux__) && !defined(__clang__) && __GNUC__ >= 11 && \
    !defined(SCVIGOR_DISABLE_AMX)
#define SCVIGOR_AMX                                                \
  __attribute__((                                                  \
      target("avx2,fma,prfchw,avx512f,avx512dq,avx512bw,avx512vl," \
             "avx512bf16,amx-tile,amx-bf16,prefer-vector-width=512")))
#endif

// Products of pairs of bfloat16 in vector registers.
#if !defined(__clang__) && __GNUC__ >= 11
#define SCVIGOR_AVX512_BF16                                        \
  __attribute__((                                                  \
      target("avx2,fma,prfchw,avx512f,avx512dq,avx512bw,avx512vl," \
             "avx512bf16,prefer-vector-width=512")))
#endif

// prfchw: without it, fetching a cache line to write is fetching it to read,
// and the write has to ask the other processors for it once more. Processors
// that do not know the instruction do nothing.
#define SCVIGOR_AVX2 __attribute__((target("avx2,fma,prfchw")))
#if defined(__clang__)
#define SCVIGOR_AVX512                                    \
  __attribute__((                                         \
      target("avx2,fma,prfchw,avx512f,avx512dq,avx512bw," \
             "avx512vl")))
#else
#define SCVIGOR_AVX512                                             \
  __attribute__((                                                  \
      target("avx2,fma,prfchw,avx512f,avx512dq,avx512bw,avx512vl," \
             "prefer-vector-width=512")))
#endif

// With a body for each level, where the shape of the loops depends on it.
#define SCVIGOR_KERNEL_BY_LEVEL(name, base, avx2, avx512, parameters,       \
                                arguments)                                  \
  static void name##_base parameters { base arguments; }                    \
  SCVIGOR_AVX2 static void name##_avx2 parameters { avx2 arguments; }       \
  SCVIGOR_AVX512 static void name##_avx512 parameters { avx512 arguments; } \
  static inline void name parameters {                                      \
    switch (::scvigor::cpu_level()) {                                       \
      case ::scvigor::CpuLevel::kAmx:                                       \
      case ::scvigor::CpuLevel::kAvx512:                                    \
        name##_avx512 arguments;                                            \
        break;                                                              \
      case ::scvigor::CpuLevel::kAvx2:                                      \
        name##_avx2 arguments;                                              \
        break;                                                              \
      default:                                                              \
        name##_base arguments;                                              \
    }                                                                       \
  }

#else

#define SCVIGOR_KERNEL_BY_LEVEL(name, base, avx2, avx512, parameters, \
                                arguments)                            \
  static inline void name parameters { base arguments; }

#endif

#define SCVIGOR_KERNEL(name, body, parameters, arguments) \
  SCVIGOR_KERNEL_BY_LEVEL(name, body, body, body, parameters, arguments)

#endif
