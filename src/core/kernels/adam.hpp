#ifndef SCVIGOR_CORE_KERNELS_ADAM_HPP
#define SCVIGOR_CORE_KERNELS_ADAM_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// Step t of Adam (Kingma and Ba 2015) for a weight w with gradient g:
//
//   g' = grad_scale g + weight_decay w          (AdamW: without the decay)
//   m  = beta1 m + (1 - beta1) g'
//   v  = beta2 v + (1 - beta2) g'^2
//   w  = w - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
//                                               (AdamW: of (1 - lr decay) w)
struct AdamStep {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 0.01;
  double weight_decay = 1e-6;
  bool decoupled = false;   // AdamW
  double grad_scale = 1.0;  // gradient clipping
  std::int64_t t = 1;       // counts from 1
};

// One weight, all tensors of its shape; w, m and v are updated in place.
struct AdamUpdate {
  at::Tensor w, g, m, v;
  AdamStep step;
  // float64 numbers that only the device knows, or undefined: a second factor
  // of the gradient, and 0 where nothing is to be changed.
  at::Tensor grad_scale = {};
  at::Tensor enabled = {};
};

// A step of all weights of an optimizer, on one device. Their steps may differ
// in t alone.
void adam_updates(std::vector<AdamUpdate>& updates);

// The constants of a step as loops use them.
template <class T>
struct AdamConstants {
  T beta1, beta2, eps;
  T coupled_decay, decoupled_factor, grad_scale;
  T step_size;    // lr / (1 - beta1^t)
  T root_factor;  // 1 / sqrt(1 - beta2^t)

  explicit AdamConstants(const AdamStep& step);
};

}  // namespace scvigor

#endif
