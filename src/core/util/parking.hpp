#ifndef SCVIGOR_CORE_UTIL_PARKING_HPP
#define SCVIGOR_CORE_UTIL_PARKING_HPP

#include <atomic>
#include <cstdint>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace scvigor {

// Where one thread sleeps until another wakes it. On Linux, unpark() takes no
// lock that a preempted thread could hold, and it is a load when no thread
// sleeps.
class Parking {
 public:
  // Sleeps while waiting() is true. What makes it false has to be stored with
  // memory order seq_cst, before a call of unpark().
  template <class Waiting>
  void park(Waiting waiting) {
    while (true) {
      asleep_.store(1, std::memory_order_seq_cst);
      if (!waiting()) break;
      sleep();
    }
    asleep_.store(0, std::memory_order_relaxed);
  }

  void unpark() {
    if (asleep_.load(std::memory_order_seq_cst) == 0) return;
    if (asleep_.exchange(0, std::memory_order_seq_cst) == 1) wake();
  }

 private:
#ifdef __linux__
  void sleep() { futex(FUTEX_WAIT_PRIVATE); }
  void wake() { futex(FUTEX_WAKE_PRIVATE); }
  // Sleeps if a thread is to be asleep; wakes one thread.
  void futex(int operation) {
    syscall(SYS_futex, &asleep_, operation, 1, nullptr, nullptr, 0);
  }
#else
  void sleep() {
    std::unique_lock<std::mutex> lock(mutex_);
    condition_.wait(lock, [this] { return asleep_.load() == 0; });
  }
  void wake() {
    { const std::lock_guard<std::mutex> lock(mutex_); }
    condition_.notify_one();
  }
  std::mutex mutex_;
  std::condition_variable condition_;
#endif
  std::atomic<std::uint32_t> asleep_{0};
};

}  // namespace scvigor

#endif
