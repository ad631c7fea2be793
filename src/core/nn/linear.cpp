#include "nn/linear.hpp"

#include <cmath>

#include "kernels/columns.hpp"
#include "kernels/dense_linear.hpp"
#include "kernels/gather_rows.hpp"
#include "kernels/sparse_linear.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// Of terms n x outputs; the sum may be a bias. Not `add`: where a header brings
// LibTorch's, that would be ambiguous.
at::Tensor sum_of(const at::Tensor& sum, const at::Tensor& term) {
  if (!sum.defined()) return term;
  return sum.dim() == 1 ? sum + term : sum_terms(sum, term);
}

}  // namespace

Linear::Linear(const Shape& shape, const at::TensorOptions& options, Rng& rng)
    : has_counts_(shape.n_counts > 0), has_dense_(shape.n_dense > 0) {
  std::vector<std::int64_t> sizes;
  if (has_counts_) sizes.push_back(shape.n_counts);
  if (has_dense_) sizes.push_back(shape.n_dense);
  sizes.insert(sizes.end(), shape.n_levels.begin(), shape.n_levels.end());
  std::int64_t inputs = 0;
  for (const auto size : sizes) inputs += size;
  const double bound = 1.0 / std::sqrt(static_cast<double>(inputs));

  for (const auto size : sizes)
    blocks_.push_back(rng.uniform({size, shape.n_out}, -bound, bound, options));
  if (shape.bias) bias_ = rng.uniform({shape.n_out}, -bound, bound, options);
}

at::Tensor Linear::forward(const LayerInput& input, bool with_bias) const {
  auto block = blocks_.begin();
  const at::Tensor bias = with_bias ? bias_ : at::Tensor();
  at::Tensor out = has_dense_ ? at::Tensor() : bias;
  if (has_counts_) out = sum_of(out, sparse_linear(*input.counts, *block++));
  if (has_dense_) out = sum_of(out, dense_linear(input.dense, *block++, bias));
  for (const auto& codes : input.codes) out = gather_rows(*block++, codes, out);
  return out;
}

void Linear::list_state(const StateScope& scope, StateList& out) const {
  const std::size_t fixed = (has_counts_ ? 1 : 0) + (has_dense_ ? 1 : 0);
  const StateScope linear = scope.of_kind(StateKind::kLinear);
  out.weight(linear, "weight", blocks_, blocks_.size() - fixed);
  if (bias_.defined()) out.parameter(linear, "bias", bias_);
}

}  // namespace scvigor
