#include "module_reference.hpp"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "support.hpp"

using namespace scvigor;

namespace {

using nlohmann::json;

// A member that may be missing or null.
template <class T>
T member(const json& config, const std::string& name, const T& otherwise) {
  const auto found = config.find(name);
  return found == config.end() || found->is_null() ? otherwise
                                                   : found->get<T>();
}

template <class Choice>
Choice choice(const json& config, const std::string& name, Choice otherwise) {
  return parse_choice<Choice>(name, member(config, name, to_string(otherwise)));
}

// scvi.module.LDVAE has arguments of its own; its encoders always normalize
// by batch and never see covariates.
void read_linear(const json& config, ModelOptions& o) {
  o.decoder = DecoderKind::kLinear;
  o.n_layers = member(config, "n_layers_encoder", o.n_layers);
  o.use_batch_norm = member(config, "use_batch_norm", true)
                         ? NormPlacement::kBoth
                         : NormPlacement::kEncoder;
  o.linear_decoder_bias = member(config, "bias", false);
}

}  // namespace

ModelOptions options_of_config(const std::string& text) {
  const json config = json::parse(text);
  ModelOptions o;
  o.n_genes = config.at("n_input");
  o.n_batch = std::max<std::int64_t>(1, member(config, "n_batch", o.n_batch));
  o.n_labels =
      std::max<std::int64_t>(1, member(config, "n_labels", o.n_labels));
  o.n_hidden = member(config, "n_hidden", o.n_hidden);
  o.n_latent = member(config, "n_latent", o.n_latent);
  o.dropout_rate = member(config, "dropout_rate", o.dropout_rate);
  o.dispersion = choice(config, "dispersion", o.dispersion);
  o.gene_likelihood = choice(config, "gene_likelihood", o.gene_likelihood);
  o.latent_distribution =
      choice(config, "latent_distribution", o.latent_distribution);
  o.log_variational = member(config, "log_variational", o.log_variational);
  o.use_observed_lib_size =
      member(config, "use_observed_lib_size", o.use_observed_lib_size);
  if (config.at("class") == "LDVAE") {
    read_linear(config, o);
    return o;
  }
  o.n_layers = member(config, "n_layers", o.n_layers);
  o.n_continuous_cov = member(config, "n_continuous_cov", o.n_continuous_cov);
  o.n_cats_per_cov = member(config, "n_cats_per_cov", o.n_cats_per_cov);
  o.encode_covariates =
      member(config, "encode_covariates", o.encode_covariates);
  o.deeply_inject_covariates =
      member(config, "deeply_inject_covariates", o.deeply_inject_covariates);
  o.batch_representation =
      choice(config, "batch_representation", o.batch_representation);
  o.use_batch_norm = choice(config, "use_batch_norm", o.use_batch_norm);
  o.use_layer_norm = choice(config, "use_layer_norm", o.use_layer_norm);
  o.use_size_factor = member(config, "use_size_factor_key", o.use_size_factor);
  const auto embedding = member(config, "batch_embedding_kwargs", json{});
  o.batch_embedding_dim =
      member(embedding, "embedding_dim", o.batch_embedding_dim);
  return o;
}

State state_of(const reference::File& file, const std::string& group) {
  State state;
  for (const auto& name : file.list(group)) {
    const auto array = file.read(group + "/" + name);
    state.push_back({name, array.shape, array.values});
  }
  return state;
}

ModuleCase::ModuleCase(const std::string& path, Precision precision)
    : file_(path), inputs_("inputs"), precision_(precision) {
  ModelOptions options = options_of_config(file_.text("config"));
  options.precision = precision;
  read(options, "weights");
}

ModuleCase::ModuleCase(const std::string& path, const ModelOptions& options,
                       const std::string& weights, const std::string& inputs)
    : file_(path), inputs_(inputs), precision_(options.precision) {
  read(options, weights);
}

void ModuleCase::read(const ModelOptions& options, const std::string& weights) {
  model_ = std::make_unique<Model>(options, state_of(file_, weights));
  const at::Tensor x = input("X");
  batch_.counts = support::sparse_of(x);
  batch_.log_library = x.sum(1, true).log();
  batch_.batch = codes("batch_index");
  batch_.labels = codes("labels");
  batch_.categorical = codes("cat_covs");
  batch_.continuous = input("cont_covs");
  batch_.size_factor = input("size_factor");
  if (batch_.size_factor.defined())
    batch_.size_factor = batch_.size_factor.reshape({-1, 1});
  noise_ = {input("eps_z"), input("eps_l")};
  kl_weight_ = file_.has(inputs_ + "/kl_weight")
                   ? file_.scalar(inputs_ + "/kl_weight")
                   : 1.0;
}

at::Tensor ModuleCase::input(const std::string& name) const {
  if (!file_.has(inputs_ + "/" + name)) return {};
  const auto array = file_.read(inputs_ + "/" + name);
  return support::tensor_of(array.values, array.shape,
                            model_->vae().tensor_options());
}

at::Tensor ModuleCase::codes(const std::string& name) const {
  if (!file_.has(inputs_ + "/" + name)) return {};
  const auto array = file_.read(inputs_ + "/" + name);
  return support::tensor_of(array.values, array.shape, at::kLong);
}

ModuleOutputs ModuleCase::outputs(const Mode& mode) {
  const EncoderOutput q = vae().infer(batch_, mode);
  const at::Tensor z = vae().draw_z(q.qz, noise_.z);
  const at::Tensor library = vae().draw_library(q, noise_.l);
  const LikelihoodInput decoded = vae().decode(z, library, batch_, mode);
  const LikelihoodParameters p = parameters_of(decoded);
  const LossTerms terms = vae().loss_terms_of(batch_, q, decoded);
  at::Tensor loss = at::zeros_like(terms.mean_reconstruction_loss);
  for (const auto& term : terms.objective(kl_weight_))
    loss = loss + term.number * term.weight;
  return {{"qz_mean", q.qz.mean},
          {"qz_var", q.qz.var},
          {"z", z},
          {"library", library},
          {"ql_mean", q.ql.mean},
          {"ql_var", q.ql.var},
          {"px_scale", p.px_scale},
          {"px_rate", p.px_rate},
          {"px_r", p.px_r},
          {"px_dropout", p.px_dropout},
          {"reconstruction_loss", terms.reconstruction_loss},
          {"kl_z", terms.kl_z},
          {"kl_l", terms.kl_l},
          {"loss", loss}};
}

ModuleOutputs ModuleCase::transformed(std::int64_t code) {
  const EncoderOutput q = vae().infer(batch_, Mode{});
  const LikelihoodParameters p = parameters_of(vae().decode(
      vae().draw_z(q.qz, noise_.z), vae().draw_library(q, noise_.l),
      as_batch(batch_, code), Mode{}));
  return {{"px_scale", p.px_scale},
          {"px_rate", p.px_rate},
          {"px_r", p.px_r},
          {"px_dropout", p.px_dropout}};
}
