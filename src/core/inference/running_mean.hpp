#ifndef SCVIGOR_CORE_INFERENCE_RUNNING_MEAN_HPP
#define SCVIGOR_CORE_INFERENCE_RUNNING_MEAN_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "util/tensor_operators.hpp"

namespace scvigor {

// The mean of tensors of one shape that are added one at a time.
class RunningMean {
 public:
  void add(const at::Tensor& value) {
    sum_ = sum_.defined() ? sum_.add_(value) : value.clone();
    ++n_;
  }
  bool empty() const { return n_ == 0; }
  // The mean; starts again.
  at::Tensor take() {
    at::Tensor mean = n_ == 1 ? sum_ : sum_ / static_cast<double>(n_);
    sum_ = at::Tensor();
    n_ = 0;
    return mean;
  }

 private:
  at::Tensor sum_;
  std::int64_t n_ = 0;
};

}  // namespace scvigor

#endif
