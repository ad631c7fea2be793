#include "scvigor/runtime.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>
#if AT_PARALLEL_OPENMP && defined(_OPENMP)
#include <omp.h>
#endif

namespace scvigor {
namespace {

// at::set_num_threads() would also make a new pool of threads for operations
// that scvigor has none of; they spin for milliseconds on the very cores that
// the next operation is to run on.
void use_threads(int n) {
  if (n == at::get_num_threads()) return;
#if AT_PARALLEL_OPENMP && defined(_OPENMP)
  omp_set_num_threads(n);
#else
  at::set_num_threads(n);
#endif
}

// LibTorch takes a thread a physical core. Where it finds a single one, as on
// virtual machines that show their processors as the two halves of a core,
// OpenMP's number counts: the processors, OMP_NUM_THREADS, or what the user
// has set.
int settle_threads() {
#if AT_PARALLEL_OPENMP && defined(_OPENMP)
  const int by_openmp = omp_get_max_threads();
  if (at::get_num_threads() == 1) use_threads(by_openmp);
#endif
  return at::get_num_threads();
}

// The first call asks before LibTorch has set OpenMP's number.
int threads_now() {
  static const int at_first = settle_threads();
  static_cast<void>(at_first);
  return at::get_num_threads();
}

}  // namespace

std::string libtorch_version() { return TORCH_VERSION; }

int num_threads() { return threads_now(); }

ThreadScope::ThreadScope(int n) : previous_(threads_now()) {
  if (n > 0) use_threads(n);
}

ThreadScope::~ThreadScope() { use_threads(previous_); }

}  // namespace scvigor
