#ifndef SCVIGOR_CORE_KERNELS_KERNELS_HPP
#define SCVIGOR_CORE_KERNELS_KERNELS_HPP

#include <ATen/core/Tensor.h>

#include <vector>

#include "kernels/adam.hpp"
#include "kernels/batch_norm.hpp"
#include "kernels/columns.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/dense_linear.hpp"
#include "kernels/normal_terms.hpp"
#include "kernels/scale_rows.hpp"
#include "kernels/step_outcome.hpp"
#include "scvigor/choices.hpp"
#include "util/sparse_counts.hpp"

namespace scvigor {

// A backend: the arithmetic of every operation of this folder on one kind of
// device. The functions that layers call (dense_linear() and so on) take it
// from here and record its backward half on the tape; formulas and shapes are
// in their headers.
//
// A kernel computes numbers only: autograd is off while it runs. Backward
// kernels return gradients w.r.t. the inputs that require one, and undefined
// tensors for the others.
class Kernels {
 public:
  virtual ~Kernels() = default;

  virtual at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                                  const at::Tensor& bias) const = 0;
  virtual DenseLinearGrads dense_linear_backward(
      const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
      const at::Tensor& grad_y) const = 0;

  virtual at::Tensor sparse_linear(const SparseCounts& x,
                                   const at::Tensor& weight) const = 0;
  // w.r.t. the weight
  virtual at::Tensor sparse_linear_backward(const SparseCounts& x,
                                            const at::Tensor& weight,
                                            const at::Tensor& grad_y) const = 0;

  virtual at::Tensor gather_rows(const at::Tensor& weight,
                                 const at::Tensor& codes,
                                 const at::Tensor& sum) const = 0;
  // w.r.t. the weight, n_levels x width
  virtual at::Tensor gather_rows_backward(const at::Tensor& codes,
                                          std::int64_t n_levels,
                                          const at::Tensor& grad_y) const = 0;

  // n columns of a matrix into another one of as many rows and the same type
  virtual void copy_columns(const ColumnSpan& from, const ColumnSpan& to,
                            std::int64_t n) const = 0;
  virtual at::Tensor sum_terms(const at::Tensor& a,
                               const at::Tensor& b) const = 0;

  virtual BatchNormOutput batch_norm_training(
      const BatchNormInput& input) const = 0;
  virtual BatchNormGrads batch_norm_training_backward(
      const BatchNormInput& input, const BatchNormOutput& output,
      const at::Tensor& grad_y) const = 0;
  virtual at::Tensor batch_norm_inference(
      const BatchNormInput& input) const = 0;
  virtual BatchNormGrads batch_norm_inference_backward(
      const BatchNormInput& input, const at::Tensor& y,
      const at::Tensor& grad_y) const = 0;

  virtual at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                                 const at::Tensor& eps) const = 0;
  // w.r.t. var; that w.r.t. mean is grad_z itself
  virtual at::Tensor normal_draw_backward(const at::Tensor& var,
                                          const at::Tensor& eps,
                                          const at::Tensor& grad_z) const = 0;
  virtual at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                                double min_var) const = 0;
  virtual at::Tensor normal_var_backward(const at::Tensor& raw,
                                         VarActivation activation,
                                         const at::Tensor& grad_var) const = 0;
  virtual NormalKl normal_kl(const at::Tensor& mean,
                             const at::Tensor& var) const = 0;
  // grad: of NormalKl::mean
  virtual NormalGrads normal_kl_backward(const at::Tensor& mean,
                                         const at::Tensor& var,
                                         const at::Tensor& grad) const = 0;

  // The loss together with the gradients of its mean.
  virtual CountLossResults count_loss(
      const LikelihoodInput& input, const SparseCounts& x,
      const CountLossMask& needs_grad) const = 0;

  virtual at::Tensor log1p_counts(const at::Tensor& x) const = 0;
  virtual void scale_rows(const LikelihoodInput& decoded,
                          const ScaleRows& rows) const = 0;
  virtual void adam(const std::vector<AdamUpdate>& updates) const = 0;

  // totals: kNumStepTotals, which the step is added to if its loss and
  // gradients are finite
  virtual void add_step(const StepOutcome& step, at::Tensor& totals) const = 0;
  // values = saved where the number `finite` is 0
  virtual void restore_unless(const at::Tensor& finite, const at::Tensor& saved,
                              at::Tensor& values) const = 0;
  // factor, a number of float64, = min(1, max_norm / (norm + 1e-6)), where norm
  // is that of all gradients; as torch.nn.utils.clip_grad_norm_
  virtual void clip_factor(const std::vector<at::Tensor>& gradients,
                           double max_norm, at::Tensor& factor) const = 0;
};

// The backend for tensors on a device: cpu/ on the CPU, and reference/, plain
// tensor operations, on any other.
const Kernels& kernels_for(at::Device device);

// While one of these exists, this thread uses reference/ on the CPU as well, so
// that tests without a GPU cover what other devices compute.
class UseReferenceKernels {
 public:
  UseReferenceKernels();
  ~UseReferenceKernels();
  UseReferenceKernels(const UseReferenceKernels&) = delete;
  UseReferenceKernels& operator=(const UseReferenceKernels&) = delete;
};

// While one of these exists, the kernels of this thread compute products of
// float32 with a precision, where the processor has faster instructions for it
// (kernels/cpu/bfloat16_gemm.hpp). Backward functions have the precision of
// what they belong to.
class MatmulPrecisionScope {
 public:
  explicit MatmulPrecisionScope(MatmulPrecision precision);
  ~MatmulPrecisionScope();
  MatmulPrecisionScope(const MatmulPrecisionScope&) = delete;
  MatmulPrecisionScope& operator=(const MatmulPrecisionScope&) = delete;

 private:
  MatmulPrecision before_;
};

}  // namespace scvigor

#endif
