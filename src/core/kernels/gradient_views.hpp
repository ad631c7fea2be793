#ifndef SCVIGOR_CORE_KERNELS_GRADIENT_VIEWS_HPP
#define SCVIGOR_CORE_KERNELS_GRADIENT_VIEWS_HPP

#include <ATen/core/Tensor.h>

#include <unordered_map>
#include <utility>

namespace scvigor {

// Where the gradients with respect to some tensors belong: a view of a larger
// buffer for each.
class GradientViews {
 public:
  void add(const at::Tensor& tensor, at::Tensor view) {
    views_[tensor.unsafeGetTensorImpl()] = std::move(view);
  }
  // Null: there is none.
  const at::Tensor* find(const at::Tensor& tensor) const {
    const auto found = views_.find(tensor.unsafeGetTensorImpl());
    return found == views_.end() ? nullptr : &found->second;
  }

 private:
  std::unordered_map<const at::TensorImpl*, at::Tensor> views_;
};

}  // namespace scvigor

#endif
