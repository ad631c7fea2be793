#ifndef SCVIGOR_CORE_KERNELS_LAZY_LOGITS_HPP
#define SCVIGOR_CORE_KERNELS_LAZY_LOGITS_HPP

#include <ATen/core/Tensor.h>

#include <utility>

#include "kernels/dense_linear.hpp"

namespace scvigor {

// A head of the decoder, n x genes: its logits, or a deferred product
// hidden weight + bias, which the kernel that needs it computes piece by piece.
struct LazyLogits {
  at::Tensor value;   // n x genes; undefined: deferred
  at::Tensor hidden;  // n x n_hidden
  at::Tensor weight;  // n_hidden x genes
  at::Tensor bias;    // genes, or undefined

  LazyLogits() = default;
  LazyLogits(at::Tensor logits) : value(std::move(logits)) {}
  LazyLogits(at::Tensor h, at::Tensor w, at::Tensor b)
      : hidden(std::move(h)), weight(std::move(w)), bias(std::move(b)) {}

  bool is_deferred() const { return hidden.defined(); }
  bool defined() const { return value.defined() || is_deferred(); }
  at::Tensor tensor() const {
    return is_deferred() ? dense_linear(hidden, weight, bias) : value;
  }
};

}  // namespace scvigor

#endif
