#ifndef SCVIGOR_TESTS_BACKENDS_HPP
#define SCVIGOR_TESTS_BACKENDS_HPP

#include <ATen/core/Tensor.h>

#include <string>

#include "cpu_levels.hpp"
#include "kernels/kernels.hpp"
#include "scvigor/runtime.hpp"

// One test body for all backends: the reference, the CPU with each instruction
// set that this processor has, and CUDA where there is a device.

namespace support {

struct Backend {
  std::string name;
  at::Device device;
};

// Calls work(backend), which puts its tensors on the device of the backend.
template <class Work>
void for_each_backend(Work work) {
  {
    const scvigor::UseReferenceKernels reference;
    work(Backend{"reference", at::kCPU});
  }
  for_each_cpu_level([&](const std::string& level) {
    work(Backend{level, at::kCPU});
  });
  if (scvigor::cuda_is_available()) work(Backend{"CUDA", at::kCUDA});
}

}  // namespace support

#endif
