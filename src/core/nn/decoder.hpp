#ifndef SCVIGOR_CORE_NN_DECODER_HPP
#define SCVIGOR_CORE_NN_DECODER_HPP

#include <memory>
#include <string>

#include "kernels/lazy_logits.hpp"
#include "nn/fc_layers.hpp"

namespace scvigor {

// The decoder's logits, n x genes each; undefined where not asked for.
struct DecoderOutput {
  LazyLogits scale_logits;    // px_scale before softmax or softplus
  LazyLogits dropout_logits;  // pi
  LazyLogits log_theta;       // gene-cell dispersion
};

// Which heads the likelihood needs.
struct DecoderHeads {
  bool dropout = false;
  bool theta = false;
};

// The last step to the logits of px_scale: hidden weight + bias.
struct ScaleHead {
  at::Tensor weight;  // units x genes
  at::Tensor bias;    // genes
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual DecoderOutput forward(const LayerInput& input,
                                const DecoderHeads& heads,
                                const Mode& mode) = 0;
  // The logits of px_scale in two steps, in evaluation mode, for who wants
  // them a few genes at a time: what the head is given, n x units, and itself.
  virtual at::Tensor scale_hidden(const LayerInput& input) = 0;
  virtual ScaleHead scale_head() const = 0;
  virtual void list_state(const std::string& prefix, StateList& out) const = 0;
  // genes x n_latent of a linear decoder; undefined for others.
  virtual at::Tensor loadings() const { return {}; }
};

// Hidden layers, then one linear head a parameter.
std::unique_ptr<Decoder> make_nonlinear_decoder(
    const FcLayers::Shape& hidden, std::int64_t n_genes,
    const at::TensorOptions& options, Rng& rng);

// LinearSCVI: one linear layer with BatchNorm a parameter, nothing between.
struct LinearDecoderShape {
  std::int64_t n_latent = 10;
  std::int64_t n_dense = 10;  // n_latent and whatever is joined to it
  std::vector<std::int64_t> n_levels;
  std::int64_t n_genes = 0;
  bool batch_norm = true;
  bool bias = false;
  bool theta_head = false;
};
std::unique_ptr<Decoder> make_linear_decoder(const LinearDecoderShape& shape,
                                             const at::TensorOptions& options,
                                             Rng& rng);

}  // namespace scvigor

#endif
