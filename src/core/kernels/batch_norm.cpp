#include "kernels/batch_norm.hpp"

#include <ATen/core/grad_mode.h>

#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

Tape* tape_for(const BatchNormInput& in) {
  return Tape::active_for({in.x, in.weight, in.bias, in.linear_bias});
}

void add_grads(const BatchNormInput& in, const BatchNormGrads& grads) {
  Tape::add_grad(in.x, grads.x);
  Tape::add_grad(in.weight, grads.weight);
  Tape::add_grad(in.bias, grads.bias);
  Tape::add_grad(in.linear_bias, grads.linear_bias);
}

}  // namespace

at::Tensor batch_norm_training(const BatchNormInput& input) {
  BatchNormInput in = input;
  in.x = input.x.contiguous();
  Tape* tape = tape_for(in);
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(in.x.device());
  const BatchNormOutput out = kernels.batch_norm_training(in);
  if (tape != nullptr)
    tape->record(out.y, [&kernels, in, out](const at::Tensor& grad) {
      BatchNormGrads grads =
          kernels.batch_norm_training_backward(in, out, grad.contiguous());
      if (in.linear_bias.defined() && in.linear_bias.requires_grad()) {
        grads.linear_bias = Tape::grad_buffer(in.linear_bias);
        set_all(grads.linear_bias, 0.0);
      }
      add_grads(in, grads);
    });
  return out.y;
}

at::Tensor batch_norm_inference(const BatchNormInput& input) {
  BatchNormInput in = input;
  in.x = input.x.contiguous();
  Tape* tape = tape_for(in);
  const at::NoGradGuard no_grad;
  const Kernels& kernels = kernels_for(in.x.device());
  const at::Tensor y = kernels.batch_norm_inference(in);
  if (tape != nullptr)
    tape->record(y, [&kernels, in, y](const at::Tensor& grad) {
      add_grads(
          in, kernels.batch_norm_inference_backward(in, y, grad.contiguous()));
    });
  return y;
}

}  // namespace scvigor
