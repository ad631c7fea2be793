#include "scvigor/runtime.hpp"

#include <torch/version.h>

#include "simd/cpu_level.hpp"
#include "util/machine.hpp"
#include "util/processors.hpp"
#include "util/rng.hpp"
#include "util/threads.hpp"

namespace scvigor {

std::uint64_t draw_seed(std::uint64_t seed, std::uint64_t draw) {
  return draw == 0 ? seed : derive_draw_seed(seed, draw) >> 11;
}

std::string libtorch_version() { return TORCH_VERSION; }

std::string cpu_level_warning() { return initial_cpu_level().warning; }

int num_threads() { return thread_count(); }

int n_processors() { return core::n_processors(); }
int available_processors() { return core::available_processors(); }
double memory_limit() { return core::memory_limit(); }

ThreadScope::ThreadScope(int n)
    : scope_(std::make_unique<ThreadCountScope>(n)) {}

ThreadScope::~ThreadScope() = default;

}  // namespace scvigor
