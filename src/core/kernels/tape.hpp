#ifndef SCVIGOR_CORE_KERNELS_TAPE_HPP
#define SCVIGOR_CORE_KERNELS_TAPE_HPP

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "kernels/gradient_views.hpp"
#include "util/tensor_pool.hpp"

namespace scvigor {

// Backpropagation through kernels. While a tape exists, the kernels of its
// thread record their outputs on it, each with the function that computes the
// gradients w.r.t. the kernel's inputs. LibTorch's autograd could do that too,
// but for the small tensors of a training step its bookkeeping takes longer
// than the arithmetic.
//
// The two work together. The output of a kernel is a leaf of autograd's graph:
// tensor operations may follow it, and their results may be inputs of the next
// kernel. The gradient of a tensor is in its grad(), as in LibTorch.
class Tape {
 public:
  // With a pool, buffer() is taken from it; with views, grad_buffer().
  explicit Tape(TensorPool* pool = nullptr,
                const GradientViews* views = nullptr);
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The tape on which an operation on `inputs` is to be recorded; null if none
  // of them requires a gradient. Undefined inputs are ignored.
  static Tape* active_for(at::TensorList inputs);

  // Records an output; `backward_function` takes the gradient w.r.t. it and
  // calls add_grad() for the inputs.
  using BackwardFunction = std::function<void(const at::Tensor& grad)>;
  void record(const at::Tensor& out, BackwardFunction backward_function);

  // Adds to the gradient w.r.t. `to`, if that requires one.
  static void add_grad(const at::Tensor& to, at::Tensor grad);

  // An uninitialized tensor, for a gradient or an intermediate result.
  static at::Tensor buffer(at::IntArrayRef sizes,
                           const at::TensorOptions& options);
  // The same for the gradient w.r.t. `tensor`, where that belongs if possible.
  static at::Tensor grad_buffer(const at::Tensor& tensor);

  // A weighted sum of scalars: what is differentiated.
  struct Term {
    at::Tensor number;
    double weight = 1.0;
  };
  using Sum = std::vector<Term>;
  static double value(const Sum& sum);
  static bool wants_grad(const Sum& sum);
  // Computes all gradients. May be called once.
  void backward(const Sum& sum);

 private:
  struct Entry {
    at::Tensor out;
    BackwardFunction backward_function;  // none: autograd has it
  };

  void record_plain(const at::Tensor& tensor);

  std::vector<Entry> entries_;
  TensorPool* pool_;
  const GradientViews* views_;
  Tape* outer_;  // current before
};

}  // namespace scvigor

#endif
