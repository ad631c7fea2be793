#ifndef SCVIGOR_CORE_KERNELS_TAPE_HPP
#define SCVIGOR_CORE_KERNELS_TAPE_HPP

#include <ATen/core/Tensor.h>
#include <c10/util/SmallVector.h>

#include <memory>
#include <utility>
#include <vector>

#include "kernels/closure_arena.hpp"
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
  // What the tapes of successive steps keep, so that none of them allocates
  // memory.
  class Workspace;

  // With a workspace, buffer() is taken from it; with views, grad_buffer().
  explicit Tape(Workspace* workspace = nullptr,
                const GradientViews* views = nullptr);
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The tape on which an operation on `inputs` is to be recorded; null if none
  // of them requires a gradient. Undefined inputs are ignored.
  static Tape* active_for(at::TensorList inputs);

  // Records an output; backward_function(grad) takes the gradient w.r.t. it
  // and calls add_grad() for the inputs.
  template <class BackwardFunction>
  void record(const at::Tensor& out, BackwardFunction backward_function) {
    record_entry(
        {out, closures().make(std::move(backward_function)),
         [](void* closure, const at::Tensor& grad) {
           (*static_cast<BackwardFunction*>(closure))(grad);
         },
         [](void* closure) {
           static_cast<BackwardFunction*>(closure)->~BackwardFunction();
         }});
  }

  // Adds to the gradient w.r.t. `to`, if that requires one.
  static void add_grad(const at::Tensor& to, at::Tensor grad);

  // An uninitialized tensor, for a gradient or an intermediate result.
  static at::Tensor buffer(at::IntArrayRef sizes,
                           const at::TensorOptions& options);
  // The same for an array whose length changes from step to step.
  static at::Tensor array_buffer(std::int64_t n,
                                 const at::TensorOptions& options);
  // buffer() for the gradient w.r.t. `tensor`, where that belongs if possible.
  static at::Tensor grad_buffer(const at::Tensor& tensor);

  // A weighted sum of scalars: what is differentiated.
  struct Term {
    at::Tensor number;
    double weight = 1.0;
  };
  using Sum = c10::SmallVector<Term, 3>;
  // Reads the numbers back from their device.
  static double value(const Sum& sum);
  static bool wants_grad(const Sum& sum);
  // Computes all gradients. May be called once.
  void backward(const Sum& sum);

 private:
  struct Entry {
    at::Tensor out;
    void* closure;  // the backward function; none: autograd has it
    void (*run)(void* closure, const at::Tensor& grad);
    void (*destroy)(void* closure);
  };

  ClosureArena& closures();
  void record_entry(Entry entry);
  void record_plain(const at::Tensor& tensor);
  void run_last_entry();
  void drop_last_entry();
  static at::Tensor number(const at::Tensor& like, double value);
  // Whether a gradient may be added to in place.
  static bool is_exclusive(const at::Tensor& grad);

  std::unique_ptr<Workspace> own_;  // where none was given
  Workspace* workspace_;
  const GradientViews* views_;
  Tape* outer_;  // current before
};

class Tape::Workspace {
 private:
  friend class Tape;

  TensorPool tensors_;
  ClosureArena closures_;
  std::vector<Entry> entries_;
};

}  // namespace scvigor

#endif
