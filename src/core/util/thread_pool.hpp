#ifndef SCVIGOR_CORE_UTIL_THREAD_POOL_HPP
#define SCVIGOR_CORE_UTIL_THREAD_POOL_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "util/parking.hpp"
#include "util/task_queue.hpp"
#include "util/worker_thread.hpp"

namespace scvigor {

// The tasks that one thread takes in a region, one after the other.
class TaskSource {
 public:
  // All tasks below n.
  explicit TaskSource(std::int64_t n) : end_(n) {}
  // `first`, and what `worker` takes from a queue after that.
  TaskSource(TaskQueue& queue, std::size_t worker, std::int64_t first)
      : queue_(&queue),
        worker_(worker),
        next_(first),
        end_(first + 1),
        n_taken_(1) {}

  // False: there are none left.
  bool operator()(std::int64_t& task) {
    if (next_ == end_ && !refill()) return false;
    task = next_++;
    return true;
  }
  std::int64_t n_taken() const { return n_taken_; }

 private:
  bool refill() {
    if (queue_ == nullptr || !queue_->take(worker_, next_)) return false;
    end_ = next_ + 1;
    ++n_taken_;
    return true;
  }

  TaskQueue* queue_ = nullptr;
  std::size_t worker_ = 0;
  std::int64_t next_ = 0;
  std::int64_t end_;
  std::int64_t n_taken_ = 0;  // from the queue
};

// What each thread of a region does: call(context, tasks) takes all the tasks
// that it can get. Called on any thread, by several at once.
struct RegionBody {
  void (*call)(const void* context, TaskSource& tasks);
  const void* context;
};

// The threads of parallel regions. The calling thread takes tasks like any
// other, and all of them where no other thread turns up: a region ends when its
// tasks are done, whether or not the other threads have heard of it. These wait
// for the next region awake, for a short time, and then sleep. One that other
// programs keep from running gets no work for a while (Backoff).
class ThreadPool {
 public:
  static constexpr std::size_t kMaxWorkers = 256;

  // The one of this process. A forked child has its own, without threads yet.
  static ThreadPool& instance();
  // Whether the calling thread works in a region. One within that runs on the
  // thread alone.
  static bool in_region();

  ThreadPool();
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // A region for n_workers threads, at most kMaxWorkers. ends: the first task
  // after each worker's share. The first exception of a body is thrown again
  // here, and tasks that nobody has taken until then are left out.
  void run(const std::int64_t* ends, std::size_t n_workers,
           const RegionBody& body);

 private:
  void start_threads(std::size_t n);
  void work(std::size_t worker);
  void wait_until_done();
  void judge_contention(std::size_t n_threads);

  std::atomic<bool> busy_{false};  // a thread is in run()

  // Of the region at work.
  RegionBody body_{};
  TaskQueue queue_{kMaxWorkers};
  alignas(64) std::atomic<std::int64_t> n_unfinished_{0};
  Parking caller_;
  std::mutex error_mutex_;
  std::exception_ptr error_;

  std::size_t max_threads_ = kMaxWorkers - 1;
  // Last: they end before what they look at.
  std::vector<std::unique_ptr<WorkerThread>> threads_;
};

}  // namespace scvigor

#endif
