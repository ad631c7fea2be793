#include "model/vae.hpp"

#include <ATen/ops/index_select.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include "distributions/distributions.hpp"
#include "kernels/columns.hpp"
#include "kernels/gather_rows.hpp"
#include "kernels/log_counts.hpp"
#include "kernels/normal_terms.hpp"
#include "model/build.hpp"
#include "model/memory.hpp"
#include "util/tensor_operators.hpp"
#include "util/tensor_utils.hpp"
#include "util/validate_options.hpp"

namespace scvigor {
namespace {

at::Tensor row_vector(const std::vector<double>& values,
                      const at::TensorOptions& options) {
  return at::tensor(values, at::kDouble).to(options).unsqueeze(0);
}

}  // namespace

Vae::Vae(const ModelOptions& options, std::uint64_t seed,
         const LibraryPrior& prior)
    : options_(options), tensor_options_(tensor_options_of(options)) {
  core::validate(options);
  core::check_model_fits(options);
  Rng rng(seed);
  if (const auto rows = dispersion_rows(options); rows > 0)
    px_r_ = rng.normal({rows, options.n_genes}, tensor_options_);
  if (options.batch_representation == BatchRepresentation::kEmbedding)
    batch_embedding_ = rng.normal(
        {options.n_batch, options.batch_embedding_dim}, tensor_options_);
  if (!options.use_observed_lib_size && !options.use_size_factor) {
    const auto n = static_cast<std::size_t>(options.n_batch);
    if (prior.log_means.size() != n || prior.log_vars.size() != n)
      throw ArgumentError("use_observed_lib_size",
                          "A learned library size needs its prior: one mean "
                          "and one variance for each batch.");
    library_log_means_ = row_vector(prior.log_means, tensor_options_);
    library_log_vars_ = row_vector(prior.log_vars, tensor_options_);
  }
  z_encoder_ = build_z_encoder(options, rng);
  l_encoder_ = build_l_encoder(options, rng);
  decoder_ = build_decoder(options, rng);
  collect_state();
}

void Vae::collect_state() {
  StateScope scope("", StateModule::kModel);
  if (px_r_.defined()) {
    scope.tag.kind = StateKind::kDispersion;
    scope.tag.levels = dispersion_levels(options_);
    state_.dispersion(scope, "px_r", px_r_);
  }
  scope.tag.levels = LevelRows::kNone;
  if (library_log_means_.defined()) {
    scope.tag.kind = StateKind::kLibraryPrior;
    state_.buffer(scope, "library_log_means", library_log_means_);
    state_.buffer(scope, "library_log_vars", library_log_vars_);
  }
  if (batch_embedding_.defined()) {
    scope.tag.kind = StateKind::kBatchEmbedding;
    scope.tag.levels = LevelRows::kBatch;
    state_.parameter(scope, "_embeddings_dict.batch.weight", batch_embedding_);
  }
  z_encoder_->list_state({"z_encoder.", StateModule::kZEncoder}, state_);
  l_encoder_->list_state({"l_encoder.", StateModule::kLibraryEncoder}, state_);
  decoder_->list_state("decoder.", state_);
  freeze({});
}

void Vae::freeze(const FreezeOptions& freeze) {
  freeze_ = freeze;
  for (auto& parameter : state_.parameters())
    parameter.set_requires_grad(false);
  trainable_slices_ = scvigor::trainable_slices(state_, options_, freeze);
  for (auto& slice : trainable_slices_) slice.tensor.set_requires_grad(true);
}

// The layers share their tensors with the list of the state.
void Vae::move_to(at::Device device) {
  for (const auto& entry : state_.entries())
    for (at::Tensor part : entry.parts) {
      part.mutable_grad().reset();
      part.set_data(part.detach().to(device));
    }
  tensor_options_ = tensor_options_.device(device);
}

Codes Vae::one_hot_codes(const Minibatch& cells) const {
  Codes codes;
  const bool one_hot =
      options_.batch_representation == BatchRepresentation::kOneHot;
  if (one_hot && options_.n_batch > 1) codes.push_back(cells.batch);
  for (std::size_t k = 0; k < options_.n_cats_per_cov.size(); ++k)
    if (options_.n_cats_per_cov[k] > 1)
      codes.push_back(
          column_of(cells.categorical, static_cast<std::int64_t>(k)));
  return codes;
}

// [first, continuous covariates, batch embedding], those that exist. The batch
// may be undefined if there is only one.
at::Tensor Vae::join_covariates(const at::Tensor& first,
                                const Minibatch& cells) const {
  ColumnList columns;
  if (first.defined()) columns.push_back(first);
  if (options_.n_continuous_cov > 0) columns.push_back(cells.continuous);
  if (batch_embedding_.defined())
    columns.push_back(cells.batch.defined()
                          ? gather_rows(batch_embedding_, cells.batch)
                          : batch_embedding_.expand({cells.n_cells(), -1}));
  if (columns.empty()) return {};
  return columns.size() == 1 ? columns.front() : join_columns(columns);
}

LayerInput Vae::encoder_input(const Minibatch& cells,
                              const SparseCounts& transformed) const {
  LayerInput input;
  input.counts = &transformed;
  if (options_.encode_covariates) {
    input.dense = join_covariates({}, cells);
    input.codes = one_hot_codes(cells);
  }
  return input;
}

EncoderOutput Vae::infer(const Minibatch& batch, const Mode& mode) {
  EncoderOutput out;
  out.library = batch.log_library;
  if (batch.latent_mean.defined()) {
    out.qz = {batch.latent_mean, batch.latent_var};
    return out;
  }
  const SparseCounts transformed =
      options_.log_variational
          ? batch.counts.with_values(log1p_counts(batch.counts.values))
          : batch.counts;
  const LayerInput input = encoder_input(batch, transformed);
  out.qz = z_encoder_->forward(input, encoder_mode(mode, freeze_));
  if (library_log_means_.defined()) {
    out.ql = l_encoder_->forward(input, mode);
    out.library = out.ql.mean;
  }
  return out;
}

Noise Vae::draw_noise(std::int64_t n_cells, Rng& rng) const {
  const auto draw = [&](std::int64_t n_dims) {
    const at::Tensor out = Tape::buffer({n_cells, n_dims}, tensor_options_);
    rng.fill_normal(out);
    return out;
  };
  Noise noise;
  noise.z = draw(options_.n_latent);
  if (library_log_means_.defined()) noise.l = draw(1);
  return noise;
}

at::Tensor Vae::draw_z(const NormalParameters& qz,
                       const at::Tensor& eps) const {
  const at::Tensor z =
      eps.defined() ? normal_draw(qz.mean, qz.var, eps) : qz.mean;
  return options_.latent_distribution == LatentDistribution::kLogisticNormal
             ? at::softmax(z, -1)
             : z;
}

at::Tensor Vae::draw_library(const EncoderOutput& encoded,
                             const at::Tensor& eps) const {
  if (!encoded.ql.mean.defined() || !eps.defined()) return encoded.library;
  return normal_draw(encoded.ql.mean, encoded.ql.var, eps);
}

LayerInput Vae::decoder_input(const at::Tensor& z,
                              const Minibatch& cells) const {
  LayerInput input;
  input.dense = join_covariates(z, cells);
  input.codes = one_hot_codes(cells);
  return input;
}

at::Tensor Vae::scale_hidden(const at::Tensor& z, const Minibatch& cells) {
  return decoder_->scale_hidden(decoder_input(z, cells));
}

at::Tensor Vae::log_factor(const Minibatch& cells,
                           const at::Tensor& library) const {
  return options_.use_size_factor ? cells.size_factor.log() : library;
}

LikelihoodInput Vae::decode(const at::Tensor& z, const at::Tensor& library,
                            const Minibatch& cells, const Mode& mode) {
  const LayerInput input = decoder_input(z, cells);
  DecoderHeads heads;
  const auto& traits = likelihood_of(options_.gene_likelihood).traits;
  heads.dropout = traits.has_dropout;
  heads.theta =
      traits.has_theta && options_.dispersion == Dispersion::kGeneCell;
  const DecoderOutput logits =
      decoder_->forward(input, heads, decoder_mode(mode, freeze_));

  LikelihoodInput out;
  out.likelihood = options_.gene_likelihood;
  out.activation = options_.use_size_factor ? ScaleActivation::kSoftplus
                                            : ScaleActivation::kSoftmax;
  out.scale_logits = logits.scale_logits;
  out.dropout_logits = logits.dropout_logits;
  out.log_factor = log_factor(cells, library);
  if (traits.has_theta) {
    out.log_theta = heads.theta ? logits.log_theta : LazyLogits(px_r_);
    if (options_.dispersion == Dispersion::kGeneBatch)
      out.theta_row = cells.batch;
    else if (options_.dispersion == Dispersion::kGeneLabel)
      out.theta_row = cells.labels;
  }
  return out;
}

NormalParameters Vae::library_prior_of(const at::Tensor& batch) const {
  const auto of_batch = [&](const at::Tensor& row) {
    return options_.n_batch > 1 ? row.t().index_select(0, batch)
                                : row.narrow(1, 0, 1);
  };
  return {of_batch(library_log_means_), of_batch(library_log_vars_)};
}

at::Tensor Vae::kl_library(const EncoderOutput& encoded,
                           const at::Tensor& batch) const {
  const NormalParameters& ql = encoded.ql;
  if (!ql.mean.defined()) return {};
  const NormalParameters prior = library_prior_of(batch);
  return kl_two_normals(ql.mean, ql.var, prior.mean, prior.var).sum(-1);
}

Tape::Sum LossTerms::objective(double kl_weight) const {
  Tape::Sum sum{{mean_reconstruction_loss}, {mean_kl_z, kl_weight}};
  if (mean_kl_l.defined()) sum.push_back({mean_kl_l});
  return sum;
}

LossTerms Vae::loss_terms_of(const Minibatch& batch,
                             const EncoderOutput& encoded,
                             const LikelihoodInput& decoded) const {
  const CountLoss loss = count_loss(decoded, batch.counts);
  const NormalKl kl_z = normal_kl(encoded.qz.mean, encoded.qz.var);
  const at::Tensor kl_l = kl_library(encoded, batch.batch);
  LossTerms out;
  out.reconstruction_loss = loss.per_cell;
  out.mean_reconstruction_loss = loss.mean;
  out.kl_z = kl_z.per_cell;
  out.mean_kl_z = kl_z.mean;
  if (kl_l.defined()) {
    out.kl_l = kl_l.detach();
    out.mean_kl_l = kl_l.mean();
    return out;
  }
  out.kl_l = Tape::buffer(loss.per_cell.sizes(), loss.per_cell.options());
  set_all(out.kl_l, 0.0);
  return out;
}

LossTerms Vae::loss_terms(const Minibatch& batch, const EncoderOutput& encoded,
                          const Noise& noise, const Mode& mode) {
  const at::Tensor z = draw_z(encoded.qz, noise.z);
  const at::Tensor library = draw_library(encoded, noise.l);
  return loss_terms_of(batch, encoded, decode(z, library, batch, mode));
}

}  // namespace scvigor
