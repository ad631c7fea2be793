#include "util/thread_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "util/spin.hpp"

namespace scvigor {
namespace {

thread_local bool is_in_region = false;
thread_local ContentionMeter caller_meter;

class InRegion {
 public:
  InRegion() { is_in_region = true; }
  ~InRegion() { is_in_region = false; }
};

std::atomic<ThreadPool*> process_pool{nullptr};

// The parent's threads do not exist in a forked child: their pool is left
// alone there, and not even destroyed.
void forget_pool() {
  process_pool = nullptr;
  is_in_region = false;
}

struct PoolDeleter {
  PoolDeleter() { pthread_atfork(nullptr, nullptr, forget_pool); }
  ~PoolDeleter() { delete process_pool.exchange(nullptr); }
};
const PoolDeleter pool_deleter;

void run_alone(std::int64_t n_tasks, const RegionBody& body) {
  TaskSource tasks(n_tasks);
  body.call(body.context, tasks);
}

}  // namespace

ThreadPool& ThreadPool::instance() {
  ThreadPool* pool = process_pool;
  if (pool != nullptr) return *pool;
  auto made = std::make_unique<ThreadPool>();
  if (process_pool.compare_exchange_strong(pool, made.get()))
    return *made.release();
  return *pool;
}

bool ThreadPool::in_region() { return is_in_region; }

ThreadPool::ThreadPool() = default;

ThreadPool::~ThreadPool() = default;

// Where the system has no more threads for this process, those that there are
// have to do.
void ThreadPool::start_threads(std::size_t n) {
  while (threads_.size() < std::min(n, max_threads_)) {
    const auto worker = threads_.size() + 1;
    try {
      threads_.push_back(
          std::make_unique<WorkerThread>([this, worker] { work(worker); }));
    } catch (const std::system_error&) {
      max_threads_ = threads_.size();
    }
  }
}

void ThreadPool::run(const std::int64_t* ends, std::size_t n_workers,
                     const RegionBody& body) {
  const auto n_tasks = ends[n_workers - 1];
  if (n_workers < 2 || n_tasks < 2 || n_tasks > TaskQueue::kMaxTasks ||
      is_in_region || busy_.exchange(true, std::memory_order_acquire))
    return run_alone(n_tasks, body);
  const std::unique_ptr<std::atomic<bool>, void (*)(std::atomic<bool>*)> busy(
      &busy_,
      [](auto* flag) { flag->store(false, std::memory_order_release); });

  if (threads_.size() < n_workers - 1) start_threads(n_workers - 1);
  const auto n_threads = std::min(n_workers - 1, threads_.size());
  const auto now = Clock::now();
  const auto is_available = [now](const auto& thread) {
    return !thread->is_backing_off(now);
  };
  const auto end = threads_.begin() + static_cast<std::ptrdiff_t>(n_threads);
  if (std::none_of(threads_.begin(), end, is_available))
    return run_alone(n_tasks, body);

  body_ = body;
  n_unfinished_.store(n_tasks, std::memory_order_relaxed);
  queue_.fill(ends, n_workers);
  for (auto thread = threads_.begin(); thread != end; ++thread) {
    if (is_available(*thread)) (*thread)->call();
  }
  work(0);
  wait_until_done();
  judge_contention(n_threads);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

// A task that has been taken keeps its region from ending: only after that may
// a thread, which can be late, look at the body.
void ThreadPool::work(std::size_t worker) {
  const InRegion in_region;
  for (std::int64_t task = 0; queue_.take(worker, task);) {
    const RegionBody body = body_;
    TaskSource tasks(queue_, worker, task);
    try {
      body.call(body.context, tasks);
    } catch (...) {
      {
        const std::lock_guard<std::mutex> lock(error_mutex_);
        if (!error_) error_ = std::current_exception();
      }
      while (tasks(task)) continue;
    }
    const auto n = tasks.n_taken();
    if (n_unfinished_.fetch_sub(n, std::memory_order_seq_cst) == n)
      caller_.unpark();
  }
}

void ThreadPool::wait_until_done() {
  const auto unfinished = [this] {
    return n_unfinished_.load(std::memory_order_seq_cst) > 0;
  };
  if (spin_while(unfinished)) return;
  caller_.park(unfinished);
  caller_meter.restart(Clock::now());
}

// Where the calling thread itself meets contention, there is one thread too
// many at work.
void ThreadPool::judge_contention(std::size_t n_threads) {
  constexpr std::chrono::milliseconds kMaxAge{5};
  const auto now = Clock::now();
  if (caller_meter.age(now) > kMaxAge) return caller_meter.restart(now);
  if (caller_meter.judge(now) != ContentionMeter::Verdict::kContended) return;
  for (auto i = n_threads; i-- > 0;)
    if (!threads_[i]->is_backing_off(now)) return threads_[i]->back_off(now);
}

}  // namespace scvigor
