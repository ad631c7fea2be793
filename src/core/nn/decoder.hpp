#ifndef SCVIGOR_CORE_NN_DECODER_HPP
#define SCVIGOR_CORE_NN_DECODER_HPP

#include <memory>
#include <string>

#include "kernels/lazy_logits.hpp"
#include "nn/fc_layers.hpp"

namespace scvigor {

// The decoder's logits, n x genes each; undefined for heads not requested.
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

// The last layer of the logits of px_scale: hidden weight + bias.
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
  // The logits of px_scale in two steps, in evaluation mode, so that they can
  // be computed a few genes at a time: the input of the head, n x units, and
  // the head.
  virtual at::Tensor scale_hidden(const LayerInput& input) = 0;
  virtual ScaleHead scale_head() const = 0;
  virtual void list_state(const std::string& prefix, StateList& out) const = 0;
  // genes x n_latent of a linear decoder; undefined for others.
  virtual at::Tensor loadings() const { return {}; }
};

// Hidden layers, then one linear head per parameter.
std::unique_ptr<Decoder> make_nonlinear_decoder(
    const FcLayers::Shape& hidden, std::int64_t n_genes,
    const at::TensorOptions& options, Rng& rng);

// LinearSCVI: one linear layer with BatchNorm per parameter, no hidden layer.
struct LinearDecoderShape {
  std::int64_t n_latent = 10;
  std::int64_t n_dense = 10;  // n_latent and dense covariates
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
