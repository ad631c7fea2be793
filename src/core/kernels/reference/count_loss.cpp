#include "kernels/count_loss.hpp"

#include <ATen/ops/exp.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

#include "distributions/distributions.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

at::Tensor log_prob(const LikelihoodInput& in, const at::Tensor& x,
                    const at::Tensor& mu, const at::Tensor& theta) {
  switch (in.likelihood) {
    case GeneLikelihood::kZinb:
      return zinb_log_prob(x, mu, theta, in.dropout_logits.tensor());
    case GeneLikelihood::kNb:
      return nb_log_prob(x, mu, theta);
    case GeneLikelihood::kPoisson:
      return poisson_log_prob(x, mu);
    case GeneLikelihood::kNormal:
      break;
  }
  return normal_log_prob(x, mu, theta);
}

}  // namespace

CountLoss count_loss_reference(const LikelihoodInput& input,
                               const SparseCounts& x) {
  const at::Tensor logits = input.scale_logits.tensor();
  const at::Tensor scale = input.activation == ScaleActivation::kSoftmax
                               ? at::softmax(logits, -1)
                               : at::softplus(logits);
  const at::Tensor mu = input.log_factor.exp() * scale;
  at::Tensor theta;
  if (input.log_theta.defined()) {
    theta = input.log_theta.tensor().exp();
    if (input.theta_row.defined())
      theta = theta.index_select(0, input.theta_row);
  }
  const at::Tensor loss = -log_prob(input, x.dense(), mu, theta).sum(-1);
  return {loss.detach(), input.cell_weight.defined()
                             ? (loss * input.cell_weight).sum()
                             : loss.mean()};
}

}  // namespace scvigor
