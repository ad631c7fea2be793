#include "kernels/scale_rows.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"

namespace scvigor {

void scale_rows(const LikelihoodInput& decoded, const ScaleRows& rows) {
  const at::NoGradGuard no_grad;
  kernels_for(decoded.log_factor.device()).scale_rows(decoded, rows);
}

}  // namespace scvigor
