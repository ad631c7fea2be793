#include "util/sparse_counts.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/zeros.h>

#include <utility>

#include "util/tensor_operators.hpp"

namespace scvigor {

at::Tensor SparseCounts::dense() const {
  // Told the length of the result, a GPU need not be asked for it.
  const at::Tensor rows =
      at::repeat_interleave(at::arange(n_cells(), indptr.options()),
                            indptr.diff(), {}, genes.size(0));
  at::Tensor out = at::zeros({n_cells() * n_genes}, values.options());
  out.scatter_(0, rows * n_genes + genes, values);
  return out.view({n_cells(), n_genes});
}

SparseCounts SparseCounts::with_values(at::Tensor other) const {
  SparseCounts out = *this;
  out.values = std::move(other);
  return out;
}

}  // namespace scvigor
