#ifndef SCVIGOR_CORE_TRAIN_WEIGHT_AVERAGE_HPP
#define SCVIGOR_CORE_TRAIN_WEIGHT_AVERAGE_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace scvigor {

// An exponential moving average of the weights, and of BatchNorm's statistics,
// so that they fit (as torch.optim.swa_utils.AveragedModel with use_buffers):
//   average <- decay average + (1 - decay) weights   in every step,
// where decay is at most (1 + t) / (10 + t) in step t: the first steps are soon
// forgotten. It is computed once in kInterval steps, with decay^kInterval.
class WeightAverage {
 public:
  static constexpr std::int64_t kInterval = 8;

  // Averages what these tensors hold from now on. They are shared.
  WeightAverage(const at::Tensor& weights,
                const std::vector<at::Tensor>& buffers, double decay);

  // After `step` steps: if the interval is over; in any case.
  void update(std::int64_t step);
  void update_now(std::int64_t step);
  // The average is what the tensors hold now, after `step` steps.
  void restart(std::int64_t step);

  // The tensors hold the average while it exists.
  class Scope {
   public:
    explicit Scope(WeightAverage& average) : average_(average) {
      average_.swap();
    }
    ~Scope() { average_.swap(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    WeightAverage& average_;
  };

 private:
  void swap();

  std::vector<at::Tensor> values_;    // of the model
  std::vector<at::Tensor> averages_;  // of each of them
  double decay_;
  std::int64_t step_ = 0;  // of the last update
};

}  // namespace scvigor

#endif
