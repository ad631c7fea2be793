#include "scvigor/runtime.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

namespace scvigor {

std::string libtorch_version() { return TORCH_VERSION; }

int num_threads() { return at::get_num_threads(); }

ThreadScope::ThreadScope(int n) : previous_(at::get_num_threads()) {
  if (n > 0) at::set_num_threads(n);
}

ThreadScope::~ThreadScope() { at::set_num_threads(previous_); }

}  // namespace scvigor
