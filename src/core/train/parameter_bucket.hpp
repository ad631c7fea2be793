#ifndef SCVIGOR_CORE_TRAIN_PARAMETER_BUCKET_HPP
#define SCVIGOR_CORE_TRAIN_PARAMETER_BUCKET_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "kernels/gradient_views.hpp"
#include "model/freeze.hpp"

namespace scvigor {

// Parameters in one contiguous tensor, their gradients in another of the same
// layout, and Adam's moments in two more:
//
//   | parameter 0 | padding | parameter 1 | padding | ...
//
// The parameters become views of it, each of which begins with a cache line.
// Padding is always 0. An optimizer's pass, and the exchange with other
// processes, are then over one range of memory.
class ParameterBucket {
 public:
  // A parameter's elements in the tensors below. Rows that are not trained come
  // first.
  struct Segment {
    TrainableSlice slice;
    std::int64_t begin = 0;      // of the parameter
    std::int64_t trainable = 0;  // of its trainable rows
    std::int64_t end = 0;        // of the parameter, without padding
    bool is_zero = true;         // its gradient in the bucket

    std::int64_t n_trainable() const { return end - trainable; }
    bool has_gradient() const { return slice.tensor.grad().defined(); }
  };

  explicit ParameterBucket(const std::vector<TrainableSlice>& parameters);
  // Gradients are dropped.
  ~ParameterBucket();
  ParameterBucket(const ParameterBucket&) = delete;
  ParameterBucket& operator=(const ParameterBucket&) = delete;

  const std::vector<Segment>& segments() const { return segments_; }
  at::Tensor& weights() { return weights_; }
  at::Tensor& gradients() { return gradients_; }
  at::Tensor& first_moments() { return first_moments_; }
  at::Tensor& second_moments() { return second_moments_; }
  const at::Tensor& gradients() const { return gradients_; }
  const at::Tensor& first_moments() const { return first_moments_; }
  const at::Tensor& second_moments() const { return second_moments_; }

  // Where each parameter's gradient belongs, for Tape.
  const GradientViews& gradient_views() const { return views_; }
  void zero_grad();
  // Once after a backward pass: copies the gradients that are elsewhere into
  // the bucket. That of a parameter without one is 0 there, and grad()
  // undefined.
  void gather_gradients();

 private:
  std::vector<Segment> segments_;
  at::Tensor weights_, gradients_, first_moments_, second_moments_;
  GradientViews views_;
};

// The range [begin, end) of a flat tensor.
inline at::Tensor range_of(const at::Tensor& flat, std::int64_t begin,
                           std::int64_t end) {
  return flat.narrow(0, begin, end - begin);
}

}  // namespace scvigor

#endif
