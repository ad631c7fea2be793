#include "scvigor/runtime.hpp"

#include <ATen/Parallel.h>
#include <pthread.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "util/machine.hpp"

#if AT_PARALLEL_OPENMP && defined(_OPENMP)
#include <omp.h>
#define SCVIGOR_OPENMP
#endif

#include "simd/cpu_level.hpp"
#include "util/rng.hpp"

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

// Beyond this each thread's stack is what memory goes into.
constexpr int kMaxThreads = 256;

// LibTorch reads OMP_NUM_THREADS and MKL_NUM_THREADS, once, and prints pages
// about what is not a number; libgomp takes any number. For as long as this is
// there they hold no more than the machine has.
class ReadableEnvironment {
 public:
  ReadableEnvironment() {
    for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS"}) {
      const char* value = std::getenv(name);
      if (value == nullptr || is_readable(value)) continue;
      replaced_.emplace_back(name, value);
      setenv(name, std::to_string(core::n_processors()).c_str(), 1);
    }
  }
  ~ReadableEnvironment() {
    for (const auto& [name, value] : replaced_)
      setenv(name.c_str(), value.c_str(), 1);
  }
  ReadableEnvironment(const ReadableEnvironment&) = delete;
  ReadableEnvironment& operator=(const ReadableEnvironment&) = delete;

 private:
  // A number of threads, or one for each level of nesting: "8,2".
  static bool is_readable(const char* value) {
    char* end = nullptr;
    const long n = std::strtol(value, &end, 10);
    return end != value && (*end == '\0' || *end == ',') && n > 0 &&
           n <= core::n_processors();
  }

  std::vector<std::pair<std::string, std::string>> replaced_;
};

// OpenMP's number of threads when this library is loaded: the first operation
// of LibTorch, whichever that is, sets another. LibTorch is made to read its
// environment here, before any operation.
struct AtLoad {
  AtLoad() {
    pthread_atfork(nullptr, nullptr, settle_in_fork);
#ifdef SCVIGOR_OPENMP
    if (omp_get_max_threads() > core::n_processors())
      omp_set_num_threads(core::n_processors());
    threads = omp_get_max_threads();
#endif
    const ReadableEnvironment environment;
    torch_threads = at::get_num_threads();
#ifdef SCVIGOR_OPENMP
    omp_set_num_threads(threads);
#endif
  }
  int threads = 1;
  int torch_threads = 1;
};
const AtLoad at_load;

// LibTorch takes one thread per physical core. Where it finds a single one, as
// on virtual machines that show their processors as the two halves of a core,
// OpenMP's number counts: the processors, OMP_NUM_THREADS, or what the user
// has set.
int settle_threads() {
  if (!is_forked)
    use_threads(at_load.torch_threads == 1 ? at_load.threads
                                           : at_load.torch_threads);
  return at::get_num_threads();
}

int threads_now() {
  static const int at_first = settle_threads();
  static_cast<void>(at_first);
  return at::get_num_threads();
}

}  // namespace

std::uint64_t draw_seed(std::uint64_t seed, std::uint64_t draw) {
  return draw == 0 ? seed : derive_draw_seed(seed, draw) >> 11;
}

std::string libtorch_version() { return TORCH_VERSION; }

std::string cpu_level_warning() { return initial_cpu_level().warning; }

int num_threads() { return threads_now(); }

int n_processors() { return core::n_processors(); }
double memory_limit() { return core::memory_limit(); }

ThreadScope::ThreadScope(int n) : previous_(threads_now()) {
  if (is_forked) n = 1;
  if (n > 0)
    use_threads(std::min(n, std::max(kMaxThreads, core::n_processors())));
}

ThreadScope::~ThreadScope() { use_threads(previous_); }

}  // namespace scvigor
