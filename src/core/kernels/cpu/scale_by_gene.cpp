#include "kernels/cpu/scale_by_gene.hpp"

#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

namespace scvigor {
namespace {

template <class T>
SCVIGOR_INLINE void add_exponentials_body(const T* logits, T bias, T* max,
                                          T* sum, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const T logit = logits[i] + bias;
    const T top = logit > max[i] ? logit : max[i];
    // One of the two exponents is 0: a single exponential serves both.
    const T small = logit > max[i] ? max[i] : logit;
    const T e = vmath::exp(small - top);
    sum[i] = logit > max[i] ? sum[i] * e + T(1) : sum[i] + e;
    max[i] = top;
  }
}
SCVIGOR_KERNEL(add_exponentials_in_float, add_exponentials_body,
               (const float* logits, float bias, float* max, float* sum,
                std::int64_t n),
               (logits, bias, max, sum, n))

template <class T>
SCVIGOR_INLINE void softmax_of_gene_body(T* logits, T bias, const T* log_norm,
                                         std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i)
    logits[i] = vmath::exp(logits[i] + bias - log_norm[i]);
}
SCVIGOR_KERNEL(softmax_of_gene_in_float, softmax_of_gene_body,
               (float* logits, float bias, const float* log_norm,
                std::int64_t n),
               (logits, bias, log_norm, n))

template <class T>
void softplus_of_gene_body(T* logits, T bias, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i)
    logits[i] = vmath::softplus(logits[i] + bias).value;
}

}  // namespace

void add_exponentials(const float* logits, float bias, float* max, float* sum,
                      std::int64_t n) {
  add_exponentials_in_float(logits, bias, max, sum, n);
}
void add_exponentials(const double* logits, double bias, double* max,
                      double* sum, std::int64_t n) {
  add_exponentials_body(logits, bias, max, sum, n);
}

void softmax_of_gene(float* logits, float bias, const float* log_norm,
                     std::int64_t n) {
  softmax_of_gene_in_float(logits, bias, log_norm, n);
}
void softmax_of_gene(double* logits, double bias, const double* log_norm,
                     std::int64_t n) {
  softmax_of_gene_body(logits, bias, log_norm, n);
}

void softplus_of_gene(float* logits, float bias, std::int64_t n) {
  softplus_of_gene_body(logits, bias, n);
}
void softplus_of_gene(double* logits, double bias, std::int64_t n) {
  softplus_of_gene_body(logits, bias, n);
}

}  // namespace scvigor
