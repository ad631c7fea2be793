#include "kernels/kernels.hpp"

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {
namespace {

// The number of UseReferenceKernels that exist in this thread.
int& n_scopes() {
  thread_local int n = 0;
  return n;
}

}  // namespace

const Kernels& kernels_for(at::Device device) {
  static const ReferenceKernels reference;
  static const CpuKernels cpu;
  if (device.is_cpu() && n_scopes() == 0) return cpu;
  return reference;
}

UseReferenceKernels::UseReferenceKernels() { ++n_scopes(); }
UseReferenceKernels::~UseReferenceKernels() { --n_scopes(); }

}  // namespace scvigor
