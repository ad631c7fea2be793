#include "util/worker_thread.hpp"

#include <utility>

#include "util/library_threads.hpp"
#include "util/signals_blocked.hpp"
#include "util/spin.hpp"

namespace scvigor {

WorkerThread::WorkerThread(std::function<void()> work)
    : work_(std::move(work)) {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

WorkerThread::~WorkerThread() {
  stopping_ = true;
  call();
  thread_.join();
}

void WorkerThread::call() {
  n_calls_.fetch_add(1, std::memory_order_seq_cst);
  parking_.unpark();
}

void WorkerThread::wait_for_call(std::uint32_t n_seen) {
  const auto uncalled = [&] {
    return n_calls_.load(std::memory_order_seq_cst) == n_seen;
  };
  if (!backoff_.is_backing_off(Clock::now()) && spin_while(uncalled)) return;
  parking_.park(uncalled);
  meter_.restart(Clock::now());
}

void WorkerThread::run() {
  use_one_openmp_thread();
  std::uint32_t n_seen = 0;
  meter_.restart(Clock::now());
  while (true) {
    wait_for_call(n_seen);
    n_seen = n_calls_.load(std::memory_order_acquire);
    if (stopping_) return;
    work_();
    const auto now = Clock::now();
    const auto verdict = meter_.judge(now);
    if (verdict == ContentionMeter::Verdict::kContended) backoff_.begin(now);
    if (verdict == ContentionMeter::Verdict::kFree) backoff_.relax(now);
  }
}

}  // namespace scvigor
