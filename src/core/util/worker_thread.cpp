#include "util/worker_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "util/library_threads.hpp"
#include "util/spin.hpp"

namespace scvigor {
namespace {

// A thread that is started now leaves signals to those that were there before:
// R's handlers must run on R's own thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

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
