#include "inference/decode.hpp"

#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

namespace scvigor {

GeneSubset::GeneSubset(const std::vector<std::int64_t>& genes, const Vae& vae) {
  if (!genes.empty())
    columns_ = at::tensor(genes, at::kLong).to(vae.tensor_options().device());
}

at::Tensor GeneSubset::of(const at::Tensor& matrix) const {
  return columns_.defined() ? at::index_select(matrix, 1, columns_) : matrix;
}

}  // namespace scvigor
