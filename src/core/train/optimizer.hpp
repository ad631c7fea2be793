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
  // enabled: a number of float64 on the parameters' device, 0 where the step is
  // to change nothing; undefined: 1
  void step(const at::Tensor& enabled = {});
  // The gradients that tell whether all of them are finite. On the CPU, those
  // of large weights are left out: a bias or a BatchNorm then has such a
  // gradient too.
  const std::vector<at::Tensor>& checked_gradients();

  std::vector<AdamMoments> moments() const;
  void restore(const std::vector<AdamMoments>& moments);

  double lr() const { return lr_; }
  void set_lr(double lr) { lr_ = lr; }

 private:
  // Neighbors in the bucket that are at the same step and have a gradient.
  struct Range {
    std::int64_t begin;
    std::int64_t end;
    std::int64_t t;  // the step that they make next
  };

  AdamStep constants() const;
  bool has_gradient(std::size_t segment) const;
  void find_ranges();
  bool same_ranges() const;
  void make_updates();

  ParameterBucket bucket_;
  std::vector<std::int64_t> n_steps_;  // of each segment of the bucket
  TrainOptions options_;
  double lr_;

  // Of the last step, kept while the same parameters have gradients.
  std::vector<Range> ranges_, last_ranges_;
  std::vector<AdamUpdate> updates_;
  std::vector<at::Tensor> gradients_;  // of the updates
  std::vector<at::Tensor> checked_;
  at::Tensor clip_factor_;  // undefined: no clipping
};

}  // namespace scvigor

#endif
