#include "inference/decode.hpp"

#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

namespace scvigor {

void check_decode_options(const DecodeOptions& o, const ModelOptions& model) {
  for (const auto code : o.transform_batch)
    if (code < 0 || code >= model.n_batch)
      throw ArgumentError("transform_batch",
                          "`transform_batch` must name batches of the model.");
  for (const auto gene : o.genes)
    if (gene < 0 || gene >= model.n_genes)
      throw ArgumentError("subset.row",
                          "`subset.row` must name genes of the model.");
  if (o.n_samples < 1)
    throw ArgumentError("n_samples", "`n_samples` must be at least 1.");
}

GeneSubset::GeneSubset(const std::vector<std::int64_t>& genes, const Vae& vae) {
  if (!genes.empty())
    columns_ = at::tensor(genes, at::kLong).to(vae.tensor_options().device());
}

at::Tensor GeneSubset::of(const at::Tensor& matrix) const {
  return columns_.defined() ? at::index_select(matrix, 1, columns_) : matrix;
}

}  // namespace scvigor
