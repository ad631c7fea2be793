#ifndef SCVIGOR_CORE_KERNELS_ADAM_HPP
#define SCVIGOR_CORE_KERNELS_ADAM_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// Constants of one step of Adam (Kingma and Ba 2015), t counting from 1.
struct AdamStep {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 0.01;
  double weight_decay = 1e-6;
  bool decoupled = false;   // AdamW: decay acts on the weight, not the gradient
  double grad_scale = 1.0;  // gradient clipping
  std::int64_t t = 1;
};

// w, m, v <- one step with gradient g; all of one shape, in place.
struct AdamUpdate {
  at::Tensor w, g, m, v;
  AdamStep step;
};
// Those of all weights of an optimizer, on one device.
void adam_updates(std::vector<AdamUpdate>& updates);

// The same from plain tensors, of one weight or more: all weights at once,
// since a device without a kernel takes as long for one.
void adam_updates_reference(const std::vector<AdamUpdate>& updates);

}  // namespace scvigor

#endif
