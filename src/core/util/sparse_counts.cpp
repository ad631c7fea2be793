#include "util/sparse_counts.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <utility>

namespace scvigor {

at::Tensor SparseCounts::dense() const {
  const at::Tensor rows =
      at::arange(n_cells(), indptr.options()).repeat_interleave(indptr.diff());
  at::Tensor out = at::zeros({n_cells(), n_genes}, values.options());
  out.index_put_({rows, genes.to(at::kLong)}, values);
  return out;
}

SparseCounts SparseCounts::with_values(at::Tensor other) const {
  SparseCounts out = *this;
  out.values = std::move(other);
  return out;
}

}  // namespace scvigor
