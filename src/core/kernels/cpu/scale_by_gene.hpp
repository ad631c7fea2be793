#ifndef SCVIGOR_CORE_KERNELS_CPU_SCALE_BY_GENE_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SCALE_BY_GENE_HPP

#include <cstdint>

// px_scale of one gene in n cells, from logits whose bias has not been added:
// what scale_activation.hpp computes for all genes of a cell. The sum of the
// softmax over the genes is accumulated in a first pass.

namespace scvigor {

// Adds the exponentials of a gene's logits to those of the genes before:
//   logit = logits[i] + bias;  sum[i] = sum over the genes of exp(logit - max)
// where max[i] is the largest logit so far.
void add_exponentials(const float* logits, float bias, float* max, float* sum,
                      std::int64_t n);
void add_exponentials(const double* logits, double bias, double* max,
                      double* sum, std::int64_t n);

// In place of the logits, with log_norm[i] = max[i] + log sum[i]:
//   px_scale = exp(logit - log_norm)
void softmax_of_gene(float* logits, float bias, const float* log_norm,
                     std::int64_t n);
void softmax_of_gene(double* logits, double bias, const double* log_norm,
                     std::int64_t n);

// In place of the logits:  px_scale = log(1 + exp(logit))
void softplus_of_gene(float* logits, float bias, std::int64_t n);
void softplus_of_gene(double* logits, double bias, std::int64_t n);

}  // namespace scvigor

#endif
