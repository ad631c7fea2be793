#ifndef SCVIGOR_CORE_UTIL_TASK_QUEUE_HPP
#define SCVIGOR_CORE_UTIL_TASK_QUEUE_HPP

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace scvigor {

// Numbered tasks in shares, one for each worker. Who has done his own
// takes from those of others: a worker that is held up delays nobody by more
// than a task. The same task goes to the same worker as long as all keep up,
// whose cache then has what it worked with before.
class TaskQueue {
 public:
  // ends: the first task behind the share of each
  explicit TaskQueue(const std::vector<std::int64_t>& ends)
      : shares_(ends.size()) {
    for (std::size_t w = 0; w < ends.size(); ++w) {
      shares_[w].next = w == 0 ? 0 : ends[w - 1];
      shares_[w].end = ends[w];
    }
  }

  // False: there are none left.
  bool take(std::int64_t worker, std::int64_t& task) {
    for (std::size_t k = 0; k < shares_.size(); ++k) {
      Share& share =
          shares_[(static_cast<std::size_t>(worker) + k) % shares_.size()];
      if (share.next.load(std::memory_order_relaxed) >= share.end) continue;
      task = share.next.fetch_add(1, std::memory_order_relaxed);
      if (task < share.end) return true;
    }
    return false;
  }

 private:
  struct alignas(64) Share {  // a cache line each
    std::atomic<std::int64_t> next{0};
    std::int64_t end = 0;
  };
  std::vector<Share> shares_;
};

// How many threads there are for work that is worth that many of them.
inline std::int64_t workers_for(std::int64_t worth) {
  return std::clamp<std::int64_t>(
      worth, 1, at::in_parallel_region() ? 1 : at::get_num_threads());
}

// Calls work(take) on a thread for each share, where take(task) gives the next
// task until it is false. For tasks that may be done in any order.
template <class Work>
void share_tasks(const std::vector<std::int64_t>& ends, Work work) {
  TaskQueue queue(ends);
  at::parallel_for(
      0, static_cast<std::int64_t>(ends.size()), 1,
      [&](std::int64_t worker, std::int64_t) {
        work([&](std::int64_t& task) { return queue.take(worker, task); });
      });
}

// The same for n equal tasks, of which `grain` are worth a thread.
template <class Work>
void share_tasks(std::int64_t n, std::int64_t grain, Work work) {
  const auto workers = workers_for(n / grain);
  std::vector<std::int64_t> ends;
  for (std::int64_t w = 1; w <= workers; ++w) ends.push_back(n * w / workers);
  share_tasks(ends, work);
}

}  // namespace scvigor

#endif
