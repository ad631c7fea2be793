#include "kernels/kernels.hpp"

#include <array>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/reference/reference_kernels.hpp"

namespace scvigor {
namespace {

// The number of UseReferenceKernels that exist in this thread.
int& n_scopes() {
  thread_local int n = 0;
  return n;
}

// That of the innermost MatmulPrecisionScope of this thread.
MatmulPrecision& matmul_precision() {
  thread_local MatmulPrecision precision = MatmulPrecision::kHighest;
  return precision;
}

const Kernels& cpu_kernels(MatmulPrecision precision) {
  static const std::array<CpuKernels, 3> kernels{
      CpuKernels(MatmulPrecision::kHighest), CpuKernels(MatmulPrecision::kHigh),
      CpuKernels(MatmulPrecision::kMedium)};
  return kernels[static_cast<std::size_t>(precision)];
}

}  // namespace

const Kernels& kernels_for(at::Device device) {
  static const ReferenceKernels reference;
  if (device.is_cpu() && n_scopes() == 0)
    return cpu_kernels(matmul_precision());
  return reference;
}

UseReferenceKernels::UseReferenceKernels() { ++n_scopes(); }
UseReferenceKernels::~UseReferenceKernels() { --n_scopes(); }

MatmulPrecisionScope::MatmulPrecisionScope(MatmulPrecision precision)
    : before_(matmul_precision()) {
  matmul_precision() = precision;
}
MatmulPrecisionScope::~MatmulPrecisionScope() { matmul_precision() = before_; }

}  // namespace scvigor
