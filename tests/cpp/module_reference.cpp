#include "module_reference.hpp"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "options_json.hpp"
#include "support.hpp"

using namespace scvigor;

ModelOptions options_of_config(const std::string& text) {
  const auto config = nlohmann::json::parse(text);
  ModelOptions o;
  if (config.at("class") == "LDVAE")
    support::read_linear_arguments(config, o);
  else
    support::read_arguments(config, o);
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
  if (file_.has(inputs_ + "/kl_weight"))
    kl_weight_ = file_.scalar(inputs_ + "/kl_weight");
  else if (file_.has_attribute("kl_weight"))
    kl_weight_ = file_.number("kl_weight");
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
