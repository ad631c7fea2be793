#ifndef SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP
#define SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/freeze.hpp"
#include "scvigor/train.hpp"

namespace scvigor {

// Adam or AdamW over slices of parameters. A parameter without a gradient is
// not changed, not even by weight decay, nor are the frozen rows of a slice.
class AdamOptimizer {
 public:
  AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                const TrainOptions& options);

  void zero_grad();
  void step();
  // False if a gradient is NaN or infinite. Gradients of large weights are not
  // checked: a bias or a BatchNorm then has such a gradient too.
  bool gradients_finite() const;

  std::vector<AdamMoments> moments() const;
  void restore(const std::vector<AdamMoments>& moments);

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }

 private:
  struct Slot {
    TrainableSlice slice;
    at::Tensor m;  // undefined until the first gradient
    at::Tensor v;
    std::int64_t t = 0;

    at::Tensor value() const { return slice.trainable_rows(slice.tensor); }
    // Undefined without a gradient.
    at::Tensor grad() const {
      return slice.trainable_rows(slice.tensor.grad());
    }
  };

  double clip_factor() const;

  std::vector<Slot> slots_;
  TrainOptions options_;
  double lr_;
};

}  // namespace scvigor

#endif
