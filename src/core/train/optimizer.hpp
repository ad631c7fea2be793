#ifndef SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP
#define SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "scvigor/train.hpp"

namespace scvigor {

// Adam or AdamW over a list of parameters. A parameter without a gradient is
// left alone, weight decay included.
class AdamOptimizer {
 public:
  AdamOptimizer(std::vector<at::Tensor> parameters,
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
    at::Tensor parameter;
    at::Tensor m;  // undefined until the first gradient
    at::Tensor v;
    std::int64_t t = 0;
  };

  double clip_factor() const;

  std::vector<Slot> slots_;
  TrainOptions options_;
  double lr_;
};

}  // namespace scvigor

#endif
