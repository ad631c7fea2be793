#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include "kernels/reference/reference_kernels.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {

void ReferenceKernels::scale_rows(const LikelihoodInput& decoded,
                                  const ScaleRows& rows) const {
  at::Tensor scale =
      px_scale_of(decoded.scale_logits.tensor(), decoded.activation)
          .to(at::kCPU, at::kDouble);
  if (!rows.genes->empty())
    scale = at::index_select(scale, 1, at::tensor(*rows.genes, at::kLong));
  const at::Tensor factor = at::tensor(*rows.factor, at::kDouble).unsqueeze(1);
  at::Tensor out = at::from_blob(rows.out, scale.sizes(), at::kDouble);
  if (rows.add)
    out.add_(factor * scale);
  else
    out.copy_(factor * scale);
}

}  // namespace scvigor
