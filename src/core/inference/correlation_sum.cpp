#include "inference/correlation_sum.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

#include "util/parallel.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

CorrelationSum::CorrelationSum(std::int64_t n_genes)
    : mean_(at::zeros({n_genes}, at::kDouble)),
      products_(at::zeros({n_genes, n_genes}, at::kDouble)) {}

// Rows of the result in blocks that do not depend on the number of threads, as
// the order of a product's sums might.
void CorrelationSum::add_products(const at::Tensor& deviations) {
  constexpr std::int64_t kGenesPerBlock = 256;
  const auto n_genes = products_.size(0);
  const auto n_blocks = (n_genes + kGenesPerBlock - 1) / kGenesPerBlock;
  share_tasks(n_blocks, 1, [&](auto take) {
    for (std::int64_t block; take(block);) {
      const auto first = block * kGenesPerBlock;
      const auto n = std::min(kGenesPerBlock, n_genes - first);
      products_.narrow(0, first, n)
          .addmm_(deviations.narrow(1, first, n).t(), deviations);
    }
  });
}

// Merges two sets of values as in Chan, Golub and LeVeque (1983), which does
// not cancel as sums of squares would.
void CorrelationSum::add(const at::Tensor& rows) {
  const auto n = rows.size(0);
  const at::Tensor mean = rows.mean(0);
  const at::Tensor deviations = rows - mean;
  const at::Tensor shift = mean - mean_;
  const double weight = static_cast<double>(n) / static_cast<double>(n_ + n);
  add_products(deviations);
  products_.addr_(shift, shift, 1.0, static_cast<double>(n_) * weight);
  mean_ += shift * weight;
  n_ += n;
}

at::Tensor CorrelationSum::correlations() const {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  // Constant values have deviations of the size of rounding. The comparison is
  // false for NaN too.
  constexpr double kRounding = 1e-12;
  const at::Tensor size =
      products_.diagonal().div(static_cast<double>(n_)).sqrt();
  const at::Tensor constant = (size > kRounding * mean_.abs()).logical_not();
  const at::Tensor root =
      products_.diagonal().sqrt().masked_fill(constant, kNaN);
  at::Tensor out = (products_ / root / root.unsqueeze(1)).clamp_(-1.0, 1.0);
  out.fill_diagonal_(1.0);
  out.diagonal().masked_fill_(constant, kNaN);
  return out;
}

}  // namespace scvigor
