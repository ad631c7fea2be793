#ifndef SCVIGOR_CORE_UTIL_TASK_QUEUE_HPP
#define SCVIGOR_CORE_UTIL_TASK_QUEUE_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scvigor {

// Numbered tasks in shares, one for each worker. A worker that has finished its
// own share takes tasks from the others': a worker that is held up delays
// no other by more than the task it is at. The same task goes to the same
// worker as long as all keep up, whose cache then has what it worked with
// before.
//
// The queue is filled for the next region while a late worker may still ask for
// a task of the last one. A share is a single word, its next task and its end:
// what such a worker gets is nothing, or a task of the region at work.
class TaskQueue {
 public:
  static constexpr std::int64_t kMaxTasks = std::int64_t{1} << 31;

  explicit TaskQueue(std::size_t max_shares) : shares_(max_shares) {}

  // ends: the first task after each share. Only when all tasks have been taken.
  void fill(const std::int64_t* ends, std::size_t n_shares) {
    n_shares_.store(n_shares, std::memory_order_relaxed);
    std::uint64_t next = 0;
    for (std::size_t worker = 0; worker < n_shares; ++worker) {
      const auto end = static_cast<std::uint64_t>(ends[worker]);
      shares_[worker].word.store(end << 32 | next, std::memory_order_release);
      next = end;
    }
  }

  // False: there are none left.
  bool take(std::size_t worker, std::int64_t& task) {
    const auto n = n_shares_.load(std::memory_order_relaxed);
    for (std::size_t k = 0; k < n; ++k)
      if (take_from(shares_[(worker + k) % n].word, task)) return true;
    return false;
  }

 private:
  struct alignas(64) Share {  // a cache line each
    std::atomic<std::uint64_t> word{0};
  };

  static std::uint32_t next_of(std::uint64_t word) {
    return static_cast<std::uint32_t>(word);
  }
  static bool is_empty(std::uint64_t word) {
    return next_of(word) >= word >> 32;
  }

  static bool take_from(std::atomic<std::uint64_t>& share, std::int64_t& task) {
    if (is_empty(share.load(std::memory_order_relaxed))) return false;
    const auto word = share.fetch_add(1, std::memory_order_acquire);
    task = next_of(word);
    return !is_empty(word);
  }

  std::vector<Share> shares_;
  std::atomic<std::size_t> n_shares_{0};
};

}  // namespace scvigor

#endif
