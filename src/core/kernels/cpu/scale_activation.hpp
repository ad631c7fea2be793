#ifndef SCVIGOR_CORE_KERNELS_CPU_SCALE_ACTIVATION_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SCALE_ACTIVATION_HPP

#include <cstdint>

#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// px_scale from the logits of one cell:
//
//   softmax    px_scale[g] = exp(logits[g] - max) / sum of those
//   softplus   px_scale[g] = log(1 + exp(logits[g]))

namespace scvigor {

// px_scale = scale / sum
template <class T>
struct SoftmaxSum {
  T max = T(0);  // the largest logit
  T sum = T(1);
};

// scale: exp(logits - max) in place of the logits.
template <class T>
SCVIGOR_INLINE void softmax_body(T* scale, std::int64_t n_genes,
                                 SoftmaxSum<T>* out) {
  T max = scale[0];
#pragma omp simd reduction(max : max)
  for (std::int64_t g = 0; g < n_genes; ++g)
    max = scale[g] > max ? scale[g] : max;
  T total = T(0);
#pragma omp simd reduction(+ : total)
  for (std::int64_t g = 0; g < n_genes; ++g) {
    scale[g] = vmath::exp(scale[g] - max);
    total += scale[g];
  }
  *out = {max, total};
}

// scale: softplus(logits) in place of the logits;
// d_log_scale: d log softplus / d logit
template <class T>
SCVIGOR_INLINE void softplus_body(T* scale, std::int64_t n_genes,
                                  T* d_log_scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < n_genes; ++g) {
    const T logit = scale[g];
    const auto s = vmath::softplus(logit);
    scale[g] = s.value;
    // Both tend to exp(logit), and their ratio to 1, long before underflow.
    d_log_scale[g] = logit < T(-40) ? T(1) : s.sigmoid / s.value;
  }
}

#define SCVIGOR_ACTIVATION_KERNELS(T)                                    \
  SCVIGOR_KERNEL(softmax_row, softmax_body,                              \
                 (T * scale, std::int64_t n_genes, SoftmaxSum<T> * out), \
                 (scale, n_genes, out))                                  \
  SCVIGOR_KERNEL(softplus_row, softplus_body,                            \
                 (T * scale, std::int64_t n_genes, T * d_log_scale),     \
                 (scale, n_genes, d_log_scale))
SCVIGOR_ACTIVATION_KERNELS(float)
SCVIGOR_ACTIVATION_KERNELS(double)
#undef SCVIGOR_ACTIVATION_KERNELS

}  // namespace scvigor

#endif
