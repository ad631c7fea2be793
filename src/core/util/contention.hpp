#ifndef SCVIGOR_CORE_UTIL_CONTENTION_HPP
#define SCVIGOR_CORE_UTIL_CONTENTION_HPP

#include <atomic>
#include <chrono>
#include <cstdint>

namespace scvigor {

using Clock = std::chrono::steady_clock;

// Whether other programs keep a thread that does not sleep from running: it
// gets less processor time than passes.
class ContentionMeter {
 public:
  enum class Verdict { kTooEarly, kFree, kContended };

  // Counts from now on: the thread may have slept before.
  void restart(Clock::time_point now);
  // About the time since the last verdict, if that is long enough.
  Verdict judge(Clock::time_point now);
  Clock::duration age(Clock::time_point now) const { return now - start_; }

 private:
  Clock::time_point start_;
  std::int64_t cpu_start_ = 0;  // nanoseconds of the thread
};

// Exponential backoff of a thread that met contention: it gets no work for a
// while, each time twice as long, up to a limit; half as long after it has
// worked without contention for as long as it had none.
class Backoff {
 public:
  bool is_backing_off(Clock::time_point now) const {
    return ticks(now) < until_.load(std::memory_order_relaxed);
  }
  void begin(Clock::time_point now);
  void relax(Clock::time_point now);

 private:
  static std::int64_t ticks(Clock::time_point time) {
    return time.time_since_epoch().count();
  }
  std::atomic<std::int64_t> until_{0};
  std::atomic<std::int64_t> length_{0};
};

}  // namespace scvigor

#endif
