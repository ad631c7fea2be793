#ifndef SCVIGOR_CORE_KERNELS_BACKEND_HPP
#define SCVIGOR_CORE_KERNELS_BACKEND_HPP

#include <ATen/core/Tensor.h>

namespace scvigor {

// While one of these lives, kernels of this thread are replaced by their
// plain-tensor reference forms: what another device computes, without one.
class ReferenceForms {
 public:
  ReferenceForms() { ++count(); }
  ~ReferenceForms() { --count(); }
  ReferenceForms(const ReferenceForms&) = delete;
  ReferenceForms& operator=(const ReferenceForms&) = delete;

  static bool wanted() { return count() > 0; }

 private:
  static int& count() {
    thread_local int n = 0;
    return n;
  }
};

// Whether there is a kernel for tensors like this one.
inline bool has_kernel(const at::Tensor& tensor) {
  return tensor.is_cpu() && !ReferenceForms::wanted();
}

}  // namespace scvigor

#endif
