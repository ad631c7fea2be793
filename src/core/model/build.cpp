#include "model/build.hpp"

#include <algorithm>

namespace scvigor {
namespace {

bool in_encoder(NormPlacement where) {
  return where == NormPlacement::kBoth || where == NormPlacement::kEncoder;
}
bool in_decoder(NormPlacement where) {
  return where == NormPlacement::kBoth || where == NormPlacement::kDecoder;
}

// The number of columns of continuous covariates and the batch embedding.
std::int64_t n_dense_covariates(const ModelOptions& o) {
  const bool embedded =
      o.batch_representation == BatchRepresentation::kEmbedding;
  return o.n_continuous_cov + (embedded ? o.batch_embedding_dim : 0);
}

std::unique_ptr<Encoder> build_encoder(const ModelOptions& o,
                                       std::int64_t n_layers,
                                       std::int64_t n_out, Rng& rng) {
  FcLayers::Shape shape;
  shape.n_counts = o.n_genes;
  if (o.encode_covariates) {
    shape.n_dense = n_dense_covariates(o);
    shape.n_levels = one_hot_levels(o);
  }
  shape.n_out = o.n_hidden;
  shape.n_layers = n_layers;
  shape.dropout_rate = o.dropout_rate;
  shape.batch_norm = in_encoder(o.use_batch_norm);
  shape.layer_norm = in_encoder(o.use_layer_norm);
  shape.inject_covariates = o.deeply_inject_covariates;
  return std::make_unique<Encoder>(shape, n_out, o.var_activation,
                                   tensor_options_of(o), rng);
}

std::unique_ptr<Decoder> build_linear_decoder(const ModelOptions& o, Rng& rng) {
  LinearDecoderShape shape;
  shape.n_latent = o.n_latent;
  shape.n_dense = o.n_latent + n_dense_covariates(o);
  shape.n_levels = one_hot_levels(o);
  shape.n_genes = o.n_genes;
  shape.batch_norm = in_decoder(o.use_batch_norm);
  shape.bias = o.linear_decoder_bias;
  shape.theta_head = o.dispersion == Dispersion::kGeneCell;
  return make_linear_decoder(shape, tensor_options_of(o), rng);
}

}  // namespace

at::TensorOptions tensor_options_of(const ModelOptions& options) {
  return at::TensorOptions().dtype(
      options.precision == Precision::kFloat64 ? at::kDouble : at::kFloat);
}

std::vector<std::int64_t> covariate_levels(const ModelOptions& o) {
  std::vector<std::int64_t> levels;
  if (o.batch_representation == BatchRepresentation::kOneHot)
    levels.push_back(o.n_batch);
  levels.insert(levels.end(), o.n_cats_per_cov.begin(), o.n_cats_per_cov.end());
  return levels;
}

std::vector<std::int64_t> one_hot_levels(const ModelOptions& o) {
  std::vector<std::int64_t> levels = covariate_levels(o);
  levels.erase(std::remove_if(levels.begin(), levels.end(),
                              [](std::int64_t n) { return n <= 1; }),
               levels.end());
  return levels;
}

std::unique_ptr<Encoder> build_z_encoder(const ModelOptions& o, Rng& rng) {
  return build_encoder(o, o.n_layers, o.n_latent, rng);
}

std::unique_ptr<Encoder> build_l_encoder(const ModelOptions& o, Rng& rng) {
  return build_encoder(o, 1, 1, rng);
}

std::unique_ptr<Decoder> build_decoder(const ModelOptions& o, Rng& rng) {
  if (o.decoder == DecoderKind::kLinear) return build_linear_decoder(o, rng);
  FcLayers::Shape hidden;
  hidden.n_dense = o.n_latent + n_dense_covariates(o);
  hidden.n_levels = one_hot_levels(o);
  hidden.n_out = o.n_hidden;
  hidden.n_layers = o.n_layers;
  hidden.batch_norm = in_decoder(o.use_batch_norm);
  hidden.layer_norm = in_decoder(o.use_layer_norm);
  hidden.inject_covariates = o.deeply_inject_covariates;
  return make_nonlinear_decoder(hidden, o.n_genes, tensor_options_of(o), rng);
}

LevelRows dispersion_levels(const ModelOptions& o) {
  if (o.dispersion == Dispersion::kGeneBatch) return LevelRows::kBatch;
  if (o.dispersion == Dispersion::kGeneLabel) return LevelRows::kLabel;
  return LevelRows::kNone;
}

std::int64_t dispersion_rows(const ModelOptions& o) {
  switch (dispersion_levels(o)) {
    case LevelRows::kBatch:
      return o.n_batch;
    case LevelRows::kLabel:
      return o.n_labels;
    case LevelRows::kNone:
      break;
  }
  return o.dispersion == Dispersion::kGeneCell ? 0 : 1;
}

}  // namespace scvigor
