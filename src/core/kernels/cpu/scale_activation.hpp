#ifndef SCVIGOR_CORE_KERNELS_CPU_SCALE_ACTIVATION_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SCALE_ACTIVATION_HPP

#include <cstdint>

#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The activation of the decoder's scale head, on the logits of one cell.

namespace scvigor {

// What became of the logits: px_scale = scale / sum.
template <class T>
struct SoftmaxSum {
  T top = T(0);  // the largest logit
  T sum = T(1);
};

// scale: exp(logits - top) in place of the logits.
template <class T>
SCVIGOR_INLINE void softmax_body(T* scale, std::int64_t genes,
                                 SoftmaxSum<T>* out) {
  T top = scale[0];
#pragma omp simd reduction(max : top)
  for (std::int64_t g = 0; g < genes; ++g)
    top = scale[g] > top ? scale[g] : top;
  T total = T(0);
#pragma omp simd reduction(+ : total)
  for (std::int64_t g = 0; g < genes; ++g) {
    scale[g] = vmath::exp(scale[g] - top);
    total += scale[g];
  }
  *out = {top, total};
}

// softplus(logits) in place of the logits, slope = d log softplus / d logit.
template <class T>
SCVIGOR_INLINE void softplus_body(T* scale, std::int64_t genes, T* slope) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    const T logit = scale[g];
    const auto s = vmath::softplus(logit);
    scale[g] = s.value;
    // Both tend to exp(logit), and their ratio to 1, long before underflow.
    slope[g] = logit < T(-40) ? T(1) : s.sigmoid / s.value;
  }
}

#define SCVIGOR_ACTIVATION_KERNELS(T)                                  \
  SCVIGOR_KERNEL(softmax_row, softmax_body,                            \
                 (T * scale, std::int64_t genes, SoftmaxSum<T> * out), \
                 (scale, genes, out))                                  \
  SCVIGOR_KERNEL(softplus_row, softplus_body,                          \
                 (T * scale, std::int64_t genes, T * slope),           \
                 (scale, genes, slope))
SCVIGOR_ACTIVATION_KERNELS(float)
SCVIGOR_ACTIVATION_KERNELS(double)
#undef SCVIGOR_ACTIVATION_KERNELS

}  // namespace scvigor

#endif
