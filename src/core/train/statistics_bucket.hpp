#ifndef SCVIGOR_CORE_TRAIN_STATISTICS_BUCKET_HPP
#define SCVIGOR_CORE_TRAIN_STATISTICS_BUCKET_HPP

#include <ATen/core/Tensor.h>

#include <vector>

namespace scvigor {

// The buffers of a model, such as BatchNorm's running statistics, and a copy of
// them: a pass over a minibatch changes them before its loss is known. They
// become views of one contiguous tensor per type, so that saving them is one
// copy each.
class StatisticsBucket {
 public:
  explicit StatisticsBucket(const std::vector<at::Tensor>& buffers);

  void save();
  // Puts back what was saved if the number `finite`, on the model's device, is
  // 0.
  void restore_unless(const at::Tensor& finite);

 private:
  struct Copy {
    at::Tensor values;
    at::Tensor saved;
  };
  std::vector<Copy> copies_;  // one per type
};

}  // namespace scvigor

#endif
