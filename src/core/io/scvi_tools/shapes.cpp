#include <map>

#include "io/scvi_tools/options.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

using Shape = std::vector<std::int64_t>;

std::string text_of(const Shape& shape) {
  std::string text;
  for (const auto n : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text.empty() ? "a scalar" : text;
}

class Shapes {
 public:
  explicit Shapes(const State& state) {
    for (const auto& tensor : state) shapes_[tensor.name] = &tensor.shape;
  }

  void expect(const std::string& name, const Shape& wanted) const {
    const auto found = shapes_.find(name);
    if (found == shapes_.end())
      throw FileError(
          "is not a model that scvigor can read: it lacks the "
          "weights \"" +
          name + "\".");
    if (*found->second != wanted)
      throw FileError("is not a model that scvigor can read: the weights \"" +
                      name + "\" are " + text_of(*found->second) +
                      ", but its options need " + text_of(wanted) + ".");
  }

 private:
  std::map<std::string, const Shape*> shapes_;
};

// Columns of covariates at the end of a layer's input.
struct Covariates {
  std::int64_t dense = 0;  // continuous, or a batch embedding
  std::int64_t one_hot = 0;
};

Covariates covariates_of(const ModelOptions& o) {
  Covariates out;
  out.dense = o.n_continuous_cov;
  if (o.batch_representation == BatchRepresentation::kEmbedding)
    out.dense += o.batch_embedding_dim;
  else if (o.n_batch > 1)
    out.one_hot += o.n_batch;
  for (const auto levels : o.n_cats_per_cov)
    if (levels > 1) out.one_hot += levels;
  return out;
}

// Weights of the fully connected layers below `prefix`.
void expect_layers(const Shapes& shapes, const ModelOptions& o,
                   const std::string& prefix, std::int64_t n_in,
                   const Covariates& covariates) {
  for (std::int64_t layer = 0; layer < o.n_layers; ++layer) {
    std::int64_t inputs = layer == 0 ? n_in + covariates.dense : o.n_hidden;
    if (layer == 0 || o.deeply_inject_covariates) inputs += covariates.one_hot;
    shapes.expect(
        prefix + "fc_layers.Layer " + std::to_string(layer) + ".0.weight",
        {o.n_hidden, inputs});
  }
}

}  // namespace

void check_shapes(const ModelOptions& o, const State& state) {
  const Shapes shapes(state);
  const Covariates covariates = covariates_of(o);
  if (o.batch_representation == BatchRepresentation::kEmbedding)
    shapes.expect("_embeddings_dict.batch.weight",
                  {o.n_batch, o.batch_embedding_dim});
  if (o.dispersion == Dispersion::kGeneBatch)
    shapes.expect("px_r", {o.n_genes, o.n_batch});
  if (o.dispersion == Dispersion::kGeneLabel)
    shapes.expect("px_r", {o.n_genes, o.n_labels});
  expect_layers(shapes, o, "z_encoder.encoder.", o.n_genes,
                o.encode_covariates ? covariates : Covariates{});
  shapes.expect("z_encoder.mean_encoder.weight", {o.n_latent, o.n_hidden});
  if (o.decoder == DecoderKind::kLinear)
    shapes.expect(
        "decoder.factor_regressor.fc_layers.Layer 0.0.weight",
        {o.n_genes, o.n_latent + covariates.dense + covariates.one_hot});
  else
    expect_layers(shapes, o, "decoder.px_decoder.", o.n_latent, covariates);
}

}  // namespace scvigor
