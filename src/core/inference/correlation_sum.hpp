#ifndef SCVIGOR_CORE_INFERENCE_CORRELATION_SUM_HPP
#define SCVIGOR_CORE_INFERENCE_CORRELATION_SUM_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace scvigor {

// Pearson's correlations of genes from values that come in blocks: accumulates
// their means and the products of their deviations.
class CorrelationSum {
 public:
  explicit CorrelationSum(std::int64_t n_genes);

  // n x genes, float64.
  void add(const at::Tensor& rows);

  // genes x genes; NaN for a gene that does not vary.
  at::Tensor correlations() const;

 private:
  void add_products(const at::Tensor& deviations);

  std::int64_t n_ = 0;
  at::Tensor mean_;      // genes
  at::Tensor products_;  // genes x genes: sum of deviation x deviation
};

}  // namespace scvigor

#endif
