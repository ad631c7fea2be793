#include "util/contention.hpp"

#include <time.h>

#include <algorithm>

namespace scvigor {
namespace {

constexpr std::chrono::milliseconds kWindow{1};
// Of a window; interrupts and the like take less.
constexpr double kMaxLostShare = 0.25;

constexpr std::int64_t kMinBackoff =
    Clock::duration(std::chrono::milliseconds(2)).count();
constexpr std::int64_t kMaxBackoff =
    Clock::duration(std::chrono::milliseconds(256)).count();

// Without such a clock nothing ever looks contended.
std::int64_t thread_cpu_time() {
#ifdef CLOCK_THREAD_CPUTIME_ID
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
    return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
#endif
  return Clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

void ContentionMeter::restart(Clock::time_point now) {
  start_ = now;
  cpu_start_ = thread_cpu_time();
}

ContentionMeter::Verdict ContentionMeter::judge(Clock::time_point now) {
  const std::chrono::duration<double, std::nano> passed = now - start_;
  if (passed < kWindow) return Verdict::kTooEarly;
  const auto cpu = thread_cpu_time();
  const auto used = static_cast<double>(cpu - cpu_start_);
  start_ = now;
  cpu_start_ = cpu;
  return passed.count() - used > kMaxLostShare * passed.count()
             ? Verdict::kContended
             : Verdict::kFree;
}

void Backoff::begin(Clock::time_point now) {
  const auto length = std::clamp(2 * length_.load(std::memory_order_relaxed),
                                 kMinBackoff, kMaxBackoff);
  length_.store(length, std::memory_order_relaxed);
  until_.store(ticks(now) + length, std::memory_order_relaxed);
}

void Backoff::relax(Clock::time_point now) {
  const auto length = length_.load(std::memory_order_relaxed);
  if (length == 0 ||
      ticks(now) - until_.load(std::memory_order_relaxed) < length)
    return;
  length_.store(length > kMinBackoff ? length / 2 : 0,
                std::memory_order_relaxed);
  until_.store(ticks(now), std::memory_order_relaxed);
}

}  // namespace scvigor
