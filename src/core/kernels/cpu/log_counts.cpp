#include <limits>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/tape.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kValuesPerTask = 8192;

//   x, out: n
SCVIGOR_INLINE void log1p_span_body(const float* x, float* out,
                                    std::int64_t n) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
#pragma omp simd
  for (std::int64_t k = 0; k < n; ++k)
    out[k] = x[k] > -1.0F ? vmath::log1p(x[k]) : kNaN;
}

SCVIGOR_KERNEL(log1p_span, log1p_span_body,
               (const float* x, float* out, std::int64_t n), (x, out, n))

}  // namespace

at::Tensor CpuKernels::log1p_counts(const at::Tensor& x) const {
  if (x.scalar_type() != at::kFloat || !x.is_contiguous())
    return ReferenceKernels::log1p_counts(x);
  at::Tensor out = x.dim() == 1 ? Tape::array_buffer(x.numel(), x.options())
                                : Tape::buffer(x.sizes(), x.options());
  const float* from = x.data_ptr<float>();
  float* to = out.data_ptr<float>();
  parallel_for(0, x.numel(), kValuesPerTask,
               [&](std::int64_t b, std::int64_t e) {
                 log1p_span(from + b, to + b, e - b);
               });
  return out;
}

}  // namespace scvigor
