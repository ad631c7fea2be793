#include "util/threads.hpp"

#include <pthread.h>

#include <algorithm>

#include "util/processors.hpp"
#include "util/thread_pool.hpp"

namespace scvigor {
namespace {

constexpr int kMaxThreads = static_cast<int>(ThreadPool::kMaxWorkers);

bool is_forked = false;
thread_local int count = 0;  // 0: the default

// Children are forked to work side by side. By default each of them computes on
// one thread; LibTorch's operations always do, for a fork takes none of
// OpenMP's threads along, and OpenMP would wait for them without end.
void after_fork_in_child() {
  is_forked = true;
  count = 0;
  use_one_openmp_thread();
}

const int registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);

int default_count() {
  static_cast<void>(registered);
  if (is_forked) return 1;
  static const int at_first = std::min(core::default_threads(), kMaxThreads);
  return at_first;
}

}  // namespace

int thread_count() { return count > 0 ? count : default_count(); }

ThreadCountScope::ThreadCountScope(int n) : previous_(count) {
  if (n > 0) count = std::min(n, kMaxThreads);
}

ThreadCountScope::~ThreadCountScope() { count = previous_; }

SerialRegions::SerialRegions() : previous_(count) { count = 1; }

SerialRegions::~SerialRegions() { count = previous_; }

}  // namespace scvigor
