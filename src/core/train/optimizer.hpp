#ifndef SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP
#define SCVIGOR_CORE_TRAIN_OPTIMIZER_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "kernels/adam.hpp"
#include "model/freeze.hpp"
#include "scvigor/train.hpp"
#include "train/communicator.hpp"
#include "train/parameter_bucket.hpp"

namespace scvigor {

// Adam or AdamW over slices of parameters, which become views of a bucket. A
// parameter without a gradient is not changed, not even by weight decay, nor
// are the frozen rows of a slice.
class AdamOptimizer {
 public:
  AdamOptimizer(const std::vector<TrainableSlice>& parameters,
                const TrainOptions& options);

  ParameterBucket& bucket() { return bucket_; }
  void zero_grad() { bucket_.zero_grad(); }
  // After a backward pass, before step(): gathers the gradients in the bucket,
  // and takes the mean of the processes'.
  void reduce_gradients(Communicator& communicator);
  void step();
  // False if a gradient is NaN or infinite. On the CPU, gradients of large
  // weights are not checked: a bias or a BatchNorm then has such a gradient
  // too.
  bool gradients_finite() const;

  std::vector<AdamMoments> moments() const;
  void restore(const std::vector<AdamMoments>& moments);

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }

 private:
  double clip_factor() const;
  AdamUpdate update_of(std::int64_t begin, std::int64_t end,
                       const AdamStep& step);

  ParameterBucket bucket_;
  std::vector<std::int64_t> n_steps_;  // of each segment of the bucket
  TrainOptions options_;
  double lr_;
};

}  // namespace scvigor

#endif
