#ifndef SCVIGOR_CORE_UTIL_WORKER_THREAD_HPP
#define SCVIGOR_CORE_UTIL_WORKER_THREAD_HPP

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "util/contention.hpp"
#include "util/parking.hpp"

namespace scvigor {

// A thread that works when it is called. Until the next call it waits awake for
// a short time, and then asleep. While other programs keep it from running it
// backs off: it gets no work for a while.
class WorkerThread {
 public:
  // work() must not throw. std::system_error: the system has no more threads.
  explicit WorkerThread(std::function<void()> work);
  ~WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // Does not wait for the thread.
  void call();
  bool is_backing_off(Clock::time_point now) const {
    return backoff_.is_backing_off(now);
  }
  void back_off(Clock::time_point now) { backoff_.begin(now); }

 private:
  void run();
  void wait_for_call(std::uint32_t n_seen);

  std::function<void()> work_;
  alignas(64) std::atomic<std::uint32_t> n_calls_{0};
  std::atomic<bool> stopping_{false};
  Parking parking_;
  Backoff backoff_;
  ContentionMeter meter_;
  std::thread thread_;
};

}  // namespace scvigor

#endif
