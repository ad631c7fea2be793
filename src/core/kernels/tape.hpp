#ifndef SCVIGOR_CORE_KERNELS_TAPE_HPP
#define SCVIGOR_CORE_KERNELS_TAPE_HPP

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "util/tensor_pool.hpp"

namespace scvigor {

// How gradients find their way backward_function through kernels. While a tape
// lives, kernels of its thread record on it what they made and how its gradient
// goes on to what they made it of. LibTorch's autograd could do that too, but
// for the small tensors of a training step its bookkeeping takes longer than
// their numbers.
//
// The two work together. What a kernel makes is a leaf of autograd's graph:
// plain operations may follow it, and what they make may be given to the next
// kernel. The gradient of a tensor is in its grad(), as ever.
class Tape {
 public:
  // With a pool, buffer() is taken from it.
  explicit Tape(TensorPool* pool = nullptr);
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The tape to record something made of `inputs` on; null: nobody wants their
  // gradients. Undefined inputs are passed over.
  static Tape* active_for(at::TensorList inputs);

  // `out` was made; `backward_function` takes the gradient by it and calls
  // add_grad().
  using BackwardFunction = std::function<void(const at::Tensor& grad)>;
  void record(const at::Tensor& out, BackwardFunction backward_function);

  // Adds the gradient by `to`, where it wants one.
  static void add_grad(const at::Tensor& to, at::Tensor grad);

  // A tensor to be filled, for a gradient or what leads to one.
  static at::Tensor buffer(at::IntArrayRef sizes,
                           const at::TensorOptions& options);

  // A sum of numbers, each times its weight: what is differentiated.
  struct Term {
    at::Tensor number;
    double weight = 1.0;
  };
  using Sum = std::vector<Term>;
  static double value(const Sum& sum);
  static bool wants_grad(const Sum& sum);
  // Fills the gradients. Once.
  void backward(const Sum& sum);

 private:
  struct Entry {
    at::Tensor out;
    BackwardFunction backward_function;  // none: autograd knows
  };

  void record_plain(const at::Tensor& tensor);

  std::vector<Entry> entries_;
  TensorPool* pool_;
  Tape* outer_;  // current before
};

}  // namespace scvigor

#endif
