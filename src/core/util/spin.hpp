#ifndef SCVIGOR_CORE_UTIL_SPIN_HPP
#define SCVIGOR_CORE_UTIL_SPIN_HPP

#include <chrono>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace scvigor {

inline void cpu_pause() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb");
#endif
}

// Longer than what lies between most of the regions of a training step, and
// about what it costs to put a thread to sleep and wake it (bench/PROFILE.md).
constexpr std::chrono::microseconds kSpinTime{70};

// Waits awake, but not for long. False: waiting() is still true.
template <class Waiting>
bool spin_while(Waiting waiting) {
  constexpr int kPausesPerClockRead = 32;
  const auto end = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int i = 0; i < kPausesPerClockRead; ++i) {
      if (!waiting()) return true;
      cpu_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return !waiting();
}

}  // namespace scvigor

#endif
