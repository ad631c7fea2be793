#include "scvigor/runtime.hpp"

#include <ATen/Parallel.h>
#include <pthread.h>
#include <torch/version.h>
#if AT_PARALLEL_OPENMP && defined(_OPENMP)
#include <omp.h>
#define SCVIGOR_OPENMP
#endif

namespace scvigor {
namespace {

// at::set_num_threads() would also make a new pool of threads for operations
// that scvigor has none of; they spin for milliseconds on the very cores that
// the next operation is to run on.
void use_threads(int n) {
  if (n == at::get_num_threads()) return;
#ifdef SCVIGOR_OPENMP
  omp_set_num_threads(n);
#else
  at::set_num_threads(n);
#endif
}

bool is_forked = false;

// A fork takes none of OpenMP's threads along, and a process that then asks
// for several waits for them without end. It computes on its own one.
void settle_in_fork() {
  is_forked = true;
#ifdef SCVIGOR_OPENMP
  omp_set_num_threads(1);
#endif
}

// OpenMP's number of threads when this library is loaded: the first operation
// of LibTorch, whichever that is, sets another.
struct AtLoad {
  AtLoad() {
    pthread_atfork(nullptr, nullptr, settle_in_fork);
#ifdef SCVIGOR_OPENMP
    threads = omp_get_max_threads();
#endif
  }
  int threads = 1;
};
const AtLoad at_load;

// LibTorch takes a thread a physical core. Where it finds a single one, as on
// virtual machines that show their processors as the two halves of a core,
// OpenMP's number counts: the processors, OMP_NUM_THREADS, or what the user
// has set.
int settle_threads() {
  if (at::get_num_threads() == 1 && !is_forked) use_threads(at_load.threads);
  return at::get_num_threads();
}

int threads_now() {
  static const int at_first = settle_threads();
  static_cast<void>(at_first);
  return at::get_num_threads();
}

}  // namespace

std::string libtorch_version() { return TORCH_VERSION; }

int num_threads() { return threads_now(); }

ThreadScope::ThreadScope(int n) : previous_(threads_now()) {
  if (is_forked) n = 1;
  if (n > 0) use_threads(n);
}

ThreadScope::~ThreadScope() { use_threads(previous_); }

}  // namespace scvigor
