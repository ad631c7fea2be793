#include "kernels/likelihood_input.hpp"

#include <ATen/ops/exp.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

#include "util/tensor_operators.hpp"

namespace scvigor {

LikelihoodInput materialize_logits(LikelihoodInput input) {
  for (LazyLogits* logits :
       {&input.scale_logits, &input.dropout_logits, &input.log_theta})
    if (logits->is_deferred()) *logits = logits->tensor();
  return input;
}

at::Tensor px_scale_of(const at::Tensor& logits, ScaleActivation activation) {
  return activation == ScaleActivation::kSoftmax ? at::softmax(logits, -1)
                                                 : at::softplus(logits);
}

LikelihoodParameters parameters_of(const LikelihoodInput& input) {
  LikelihoodParameters out;
  out.px_scale = px_scale_of(input.scale_logits.tensor(), input.activation);
  out.px_rate = input.log_factor.exp() * out.px_scale;
  if (input.log_theta.defined()) {
    out.px_r = input.log_theta.tensor().exp();
    if (input.theta_row.defined())
      out.px_r = out.px_r.index_select(0, input.theta_row);
  }
  if (input.dropout_logits.defined())
    out.px_dropout = input.dropout_logits.tensor();
  return out;
}

}  // namespace scvigor
