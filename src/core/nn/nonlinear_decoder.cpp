#include "nn/decoder.hpp"

namespace scvigor {
namespace {

class NonlinearDecoder final : public Decoder {
 public:
  NonlinearDecoder(const FcLayers::Shape& hidden, const Linear::Shape& head,
                   const at::TensorOptions& options, Rng& rng)
      : hidden_(hidden, options, rng),
        scale_head_(head, options, rng),
        theta_head_(head, options, rng),
        dropout_head_(head, options, rng) {}

  DecoderOutput forward(const LayerInput& input, const DecoderHeads& heads,
                        const Mode& mode) override {
    const at::Tensor h = hidden_.forward(input, mode);
    const auto logits = [&h](const Linear& head) {
      return LazyLogits(h, head.blocks().front(), head.bias());
    };
    DecoderOutput out;
    out.scale_logits = logits(scale_head_);
    if (heads.dropout) out.dropout_logits = logits(dropout_head_);
    if (heads.theta) out.log_theta = logits(theta_head_);
    return out;
  }

  at::Tensor scale_hidden(const LayerInput& input) override {
    return hidden_.forward(input, Mode{});
  }
  ScaleHead scale_head() const override {
    return {scale_head_.blocks().front(), scale_head_.bias()};
  }

  void list_state(const std::string& prefix, StateList& out) const override {
    const StateScope hidden(prefix, StateModule::kDecoderHidden);
    const StateScope heads(prefix, StateModule::kDecoderHeads);
    hidden_.list_state(hidden.in("px_decoder"), out);
    scale_head_.list_state(heads.in("px_scale_decoder.0"), out);
    theta_head_.list_state(heads.in("px_r_decoder"), out);
    dropout_head_.list_state(heads.in("px_dropout_decoder"), out);
  }

 private:
  FcLayers hidden_;
  Linear scale_head_;
  Linear theta_head_;
  Linear dropout_head_;
};

}  // namespace

std::unique_ptr<Decoder> make_nonlinear_decoder(
    const FcLayers::Shape& hidden, std::int64_t n_genes,
    const at::TensorOptions& options, Rng& rng) {
  Linear::Shape head;
  head.n_dense = hidden.n_out;
  head.n_out = n_genes;
  return std::make_unique<NonlinearDecoder>(hidden, head, options, rng);
}

}  // namespace scvigor
