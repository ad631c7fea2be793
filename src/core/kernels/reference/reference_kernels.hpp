#ifndef SCVIGOR_CORE_KERNELS_REFERENCE_REFERENCE_KERNELS_HPP
#define SCVIGOR_CORE_KERNELS_REFERENCE_REFERENCE_KERNELS_HPP

#include "kernels/kernels.hpp"

namespace scvigor {

// Plain tensor operations, which any device can run and other backends are
// compared with. They inherit from it, and override what they do better.
class ReferenceKernels : public Kernels {
 public:
  at::Tensor dense_linear(const at::Tensor& x, const at::Tensor& weight,
                          const at::Tensor& bias) const override;
  DenseLinearGrads dense_linear_backward(
      const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
      const at::Tensor& grad_y) const override;

  at::Tensor sparse_linear(const SparseCounts& x,
                           const at::Tensor& weight) const override;
  at::Tensor sparse_linear_backward(const SparseCounts& x,
                                    const at::Tensor& weight,
                                    const at::Tensor& grad_y) const override;

  at::Tensor gather_rows(const at::Tensor& weight, const at::Tensor& codes,
                         const at::Tensor& sum) const override;
  at::Tensor gather_rows_backward(const at::Tensor& codes,
                                  std::int64_t n_levels,
                                  const at::Tensor& grad_y) const override;

  void copy_columns(const ColumnSpan& from, const ColumnSpan& to,
                    std::int64_t n) const override;
  at::Tensor sum_terms(const at::Tensor& a, const at::Tensor& b) const override;

  BatchNormOutput batch_norm_training(
      const BatchNormInput& input) const override;
  BatchNormGrads batch_norm_training_backward(
      const BatchNormInput& input, const BatchNormOutput& output,
      const at::Tensor& grad_y) const override;
  at::Tensor batch_norm_inference(const BatchNormInput& input) const override;
  BatchNormGrads batch_norm_inference_backward(
      const BatchNormInput& input, const at::Tensor& y,
      const at::Tensor& grad_y) const override;

  at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                         const at::Tensor& eps) const override;
  at::Tensor normal_draw_backward(const at::Tensor& var, const at::Tensor& eps,
                                  const at::Tensor& grad_z) const override;
  at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                        double min_var) const override;
  at::Tensor normal_var_backward(const at::Tensor& raw,
                                 VarActivation activation,
                                 const at::Tensor& grad_var) const override;
  NormalKl normal_kl(const at::Tensor& mean,
                     const at::Tensor& var) const override;
  NormalGrads normal_kl_backward(const at::Tensor& mean, const at::Tensor& var,
                                 const at::Tensor& grad) const override;
  CountLossResults count_loss(const LikelihoodInput& input,
                              const SparseCounts& x,
                              const CountLossMask& needs_grad) const override;

  at::Tensor log1p_counts(const at::Tensor& x) const override;
  void scale_rows(const LikelihoodInput& decoded,
                  const ScaleRows& rows) const override;
  void adam(const std::vector<AdamUpdate>& updates) const override;

  void add_step(const StepOutcome& step, at::Tensor& totals) const override;
  void restore_unless(const at::Tensor& finite, const at::Tensor& saved,
                      at::Tensor& values) const override;
  void clip_factor(const std::vector<at::Tensor>& gradients, double max_norm,
                   at::Tensor& factor) const override;
};

}  // namespace scvigor

#endif
