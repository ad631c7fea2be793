#ifndef SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP
#define SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/freeze.hpp"
#include "scvigor/train.hpp"

namespace scvigor {

// Adam or AdamW over a list of parameters. A parameter without a gradient is
// left alone, weight decay included, and so are the rows before a part's
// first.
class AdamOptimizer {
 public:
  AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                const TrainOptions& options);

  void zero_grad();
  void step();
  // False where a gradient is no finite number. Large weights are not looked
  // at: what spoils theirs spoils that of a bias or a BatchNorm too.
  bool gradients_finite() const;

  std::vector<AdamMoments> moments() const;
  void restore(const std::vector<AdamMoments>& moments);

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }

 private:
  struct Slot {
    TrainableSlice part;
    at::Tensor m;  // undefined until the first gradient
    at::Tensor v;
    std::int64_t t = 0;

    at::Tensor value() const { return part.trainable_rows(part.tensor); }
    // Undefined without a gradient.
    at::Tensor grad() const { return part.trainable_rows(part.tensor.grad()); }
  };

  double clip_factor() const;

  std::vector<Slot> slots_;
  TrainOptions options_;
  double lr_;
};

}  // namespace scvigor

#endif
