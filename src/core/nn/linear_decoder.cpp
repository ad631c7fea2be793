#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/zeros.h>

#include "nn/decoder.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

class LinearDecoder final : public Decoder {
 public:
  LinearDecoder(const FcLayers::Shape& head, const LinearDecoderShape& shape,
                const at::TensorOptions& options, Rng& rng)
      : n_latent_(shape.n_latent),
        scale_head_(head, options, rng),
        dropout_head_(head, options, rng) {
    if (shape.theta_head) theta_head_.emplace(head, options, rng);
  }

  DecoderOutput forward(const LayerInput& input, const DecoderHeads& heads,
                        const Mode& mode) override {
    DecoderOutput out;
    out.scale_logits = scale_head_.forward(input, mode);
    // In training its BatchNorm updates its statistics whether or not the
    // likelihood uses the head, as in scvi-tools.
    if (heads.dropout || mode.training)
      out.dropout_logits = dropout_head_.forward(input, mode);
    if (!heads.dropout) out.dropout_logits = {};
    if (heads.theta) out.log_theta = theta_head_->forward(input, mode);
    return out;
  }

  // One-hot columns are materialized: there is no hidden layer to look them up.
  at::Tensor scale_hidden(const LayerInput& input) override {
    std::vector<at::Tensor> columns{input.dense};
    const auto& blocks = scale_head_.linear(0).blocks();
    for (std::size_t k = 0; k < input.codes.size(); ++k)
      columns.push_back(at::one_hot(input.codes[k], blocks[k + 1].size(0))
                            .to(input.dense.scalar_type()));
    return at::cat(columns, 1);
  }
  ScaleHead scale_head() const override {
    const at::NoGradGuard no_grad;
    const Linear& linear = scale_head_.linear(0);
    ScaleHead head{at::cat(linear.blocks(), 0), linear.bias()};
    if (!head.bias.defined())
      head.bias = at::zeros({head.weight.size(1)}, head.weight.options());
    if (const auto& norm = scale_head_.batch_norm(0)) {
      const at::Tensor scale = norm->inference_scale();
      head.weight = head.weight * scale;
      head.bias = head.bias * scale + norm->inference_offset();
    }
    return head;
  }

  void list_state(const std::string& prefix, StateList& out) const override {
    const StateScope heads(prefix, StateModule::kDecoderHeads);
    scale_head_.list_state(heads.in("factor_regressor"), out);
    dropout_head_.list_state(heads.in("px_dropout_decoder"), out);
    if (theta_head_) theta_head_->list_state(heads.in("px_r_decoder"), out);
  }

  at::Tensor loadings() const override {
    const at::NoGradGuard no_grad;
    const at::Tensor weight =
        scale_head_.linear(0).blocks().front().narrow(0, 0, n_latent_);
    const auto& norm = scale_head_.batch_norm(0);
    return (norm ? weight * norm->inference_scale() : weight).t().clone();
  }

 private:
  std::int64_t n_latent_;
  FcLayers scale_head_;
  FcLayers dropout_head_;
  std::optional<FcLayers> theta_head_;
};

}  // namespace

std::unique_ptr<Decoder> make_linear_decoder(const LinearDecoderShape& shape,
                                             const at::TensorOptions& options,
                                             Rng& rng) {
  FcLayers::Shape head;
  head.n_dense = shape.n_dense;
  head.n_levels = shape.n_levels;
  head.n_out = shape.n_genes;
  head.batch_norm = shape.batch_norm;
  head.activation = false;
  head.bias = shape.bias;
  return std::make_unique<LinearDecoder>(head, shape, options, rng);
}

}  // namespace scvigor
