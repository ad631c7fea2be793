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

}  // namespace

std::string libtorch_version() { return TORCH_VERSION; }

int num_threads() { return at::get_num_threads(); }

ThreadScope::ThreadScope(int n) : previous_(at::get_num_threads()) {
  if (n > 0) use_threads(n);
}

ThreadScope::~ThreadScope() { use_threads(previous_); }

}  // namespace scvigor
