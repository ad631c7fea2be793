#ifndef SCVIGOR_CORE_UTIL_PARALLEL_HPP
#define SCVIGOR_CORE_UTIL_PARALLEL_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "util/thread_pool.hpp"
#include "util/threads.hpp"

namespace scvigor {

// How many threads there are for work that is worth that many of them.
inline std::int64_t workers_for(std::int64_t worth) {
  return std::clamp<std::int64_t>(worth, 1,
                                  ThreadPool::in_region() ? 1 : thread_count());
}

// Calls work(take) on a thread for each share, where take(task) gives the next
// task until it is false. ends: the first task after each share. For tasks that
// may be done in any order.
template <class Work>
void share_tasks(const std::int64_t* ends, std::int64_t n_workers,
                 const Work& work) {
  const auto call = [](const void* context, TaskSource& tasks) {
    (*static_cast<const Work*>(context))(
        [&tasks](std::int64_t& task) { return tasks(task); });
  };
  ThreadPool::instance().run(ends, static_cast<std::size_t>(n_workers),
                             {call, &work});
}
template <class Work>
void share_tasks(const std::vector<std::int64_t>& ends, const Work& work) {
  share_tasks(ends.data(), static_cast<std::int64_t>(ends.size()), work);
}

// The same for n equal tasks, of which `grain` are worth a thread.
template <class Work>
void share_tasks(std::int64_t n, std::int64_t grain, const Work& work) {
  std::array<std::int64_t, ThreadPool::kMaxWorkers> ends;
  const auto workers = workers_for(n / grain);
  for (std::int64_t w = 1; w <= workers; ++w)
    ends[static_cast<std::size_t>(w - 1)] = n * w / workers;
  share_tasks(ends.data(), workers, work);
}

// Calls body(first, last) for parts of begin to end - 1, of at least about
// `grain` each; for a single part on the calling thread, and then regions
// within the body are parallel.
template <class Body>
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const Body& body) {
  // A thread that is done early takes a part from another.
  constexpr std::int64_t kPartsPerThread = 4;
  if (begin >= end) return;
  const auto n = end - begin;
  const auto max_parts = (n + grain - 1) / grain;
  const auto workers = workers_for(max_parts);
  if (workers == 1) return body(begin, end);
  const auto parts = std::min(max_parts, workers * kPartsPerThread);
  share_tasks(parts, 1, [&](auto take) {
    for (std::int64_t part; take(part);)
      body(begin + n * part / parts, begin + n * (part + 1) / parts);
  });
}

}  // namespace scvigor

#endif
