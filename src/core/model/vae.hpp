#ifndef SCVIGOR_CORE_MODEL_VAE_HPP
#define SCVIGOR_CORE_MODEL_VAE_HPP

#include <memory>

#include "data/minibatch.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/tape.hpp"
#include "model/freeze.hpp"
#include "nn/decoder.hpp"
#include "nn/encoder.hpp"
#include "scvigor/model.hpp"
#include "scvigor/options.hpp"

namespace scvigor {

// q(z | x) of n cells and their library size.
struct EncoderOutput {
  NormalParameters qz;  // n x n_latent, before any softmax
  at::Tensor library;   // n x 1, log library size
  NormalParameters ql;  // n x 1; undefined with an observed library
};

// Standard normal noise of the draws; undefined: the mean is used.
struct Noise {
  at::Tensor z;  // n x n_latent
  at::Tensor l;  // n x 1
};

// Terms of the objective per cell (n).
struct LossTerms {
  // -log p(x | z, l) and the KL terms, without gradients.
  at::Tensor reconstruction_loss;
  at::Tensor kl_z;
  at::Tensor kl_l;
  // Means over the cells, differentiable; mean_kl_l is undefined with an
  // observed library size.
  at::Tensor mean_reconstruction_loss;
  at::Tensor mean_kl_z;
  at::Tensor mean_kl_l;

  // The loss that training minimizes: a mean over the cells.
  Tape::Sum objective(double kl_weight) const;
};

// The variational autoencoder of Lopez et al. (2018). Methods follow the
// paper: q(z | x), a draw, p(x | z), and the terms of the ELBO.
class Vae {
 public:
  Vae(const ModelOptions& options, std::uint64_t seed,
      const LibraryPrior& prior);

  const ModelOptions& options() const { return options_; }
  const at::TensorOptions& tensor_options() const { return tensor_options_; }
  const StateList& state() const { return state_; }
  // Moves all weights, in place, and drops gradients.
  void move_to(at::Device device);

  // From now on only what `freeze` does not freeze has gradients, and passes in
  // training mode treat the rest as frozen. Nothing of a new model is frozen.
  void freeze(const FreezeOptions& freeze);
  const std::vector<TrainableSlice>& trainable_slices() const {
    return trainable_slices_;
  }

  // q(z | x, s, c) and q(l | x, s, c); for minified cells the given posterior.
  EncoderOutput infer(const Minibatch& batch, const Mode& mode);

  // Noise of the shapes for draw_z() and draw_library().
  Noise draw_noise(std::int64_t n_cells, Rng& rng) const;
  at::Tensor draw_z(const NormalParameters& qz, const at::Tensor& eps) const;
  // The log library size for the decoder.
  at::Tensor draw_library(const EncoderOutput& encoded,
                          const at::Tensor& eps) const;

  // p(x | z, l) of z (n x n_latent) and the log library size (n x 1). To decode
  // cells as of another batch, pass as_batch(cells, code).
  LikelihoodInput decode(const at::Tensor& z, const at::Tensor& library,
                         const Minibatch& cells, const Mode& mode);
  // n x 1: mu = exp(log_factor) * px_scale.
  at::Tensor log_factor(const Minibatch& cells,
                        const at::Tensor& library) const;
  // The logits of px_scale are scale_hidden() times scale_head(), in
  // evaluation mode.
  at::Tensor scale_hidden(const at::Tensor& z, const Minibatch& cells);
  ScaleHead scale_head() const { return decoder_->scale_head(); }

  LossTerms loss_terms_of(const Minibatch& batch, const EncoderOutput& encoded,
                          const LikelihoodInput& decoded) const;
  // The same after a draw and decoding.
  LossTerms loss_terms(const Minibatch& batch, const EncoderOutput& encoded,
                       const Noise& noise, const Mode& mode);

  // The prior of the log library size of cells in these batches, n x 1.
  NormalParameters library_prior_of(const at::Tensor& batch) const;

  // genes x n_latent; undefined without a linear decoder.
  at::Tensor loadings() const { return decoder_->loadings(); }

 private:
  Codes one_hot_codes(const Minibatch& cells) const;
  LayerInput encoder_input(const Minibatch& cells,
                           const SparseCounts& transformed) const;
  LayerInput decoder_input(const at::Tensor& z, const Minibatch& cells) const;
  at::Tensor join_covariates(const at::Tensor& first,
                             const Minibatch& cells) const;
  at::Tensor kl_library(const EncoderOutput& encoded,
                        const at::Tensor& batch) const;
  void collect_state();

  ModelOptions options_;
  FreezeOptions freeze_;
  at::TensorOptions tensor_options_;
  at::Tensor px_r_;               // rows x genes; undefined for gene-cell
  at::Tensor batch_embedding_;    // n_batch x dimension, or undefined
  at::Tensor library_log_means_;  // 1 x n_batch, or undefined
  at::Tensor library_log_vars_;   // 1 x n_batch, or undefined
  std::unique_ptr<Encoder> z_encoder_;
  std::unique_ptr<Encoder> l_encoder_;
  std::unique_ptr<Decoder> decoder_;
  StateList state_;
  std::vector<TrainableSlice> trainable_slices_;
};

}  // namespace scvigor

#endif
