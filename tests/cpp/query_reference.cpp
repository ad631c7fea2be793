#include "query_reference.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace scvigor;
using nlohmann::json;

namespace {

// {"kwargs": {"kwargs": {...}}, "non_kwargs": {...}} as one object.
json model_arguments(const reference::File& file) {
  const json stored = json::parse(file.text("init_params"));
  json out = stored.at("non_kwargs");
  out.update(stored.at("kwargs").at("kwargs"));
  return out;
}

// Levels of each categorical covariate: no file has a new one.
std::vector<std::int64_t> category_levels(const reference::File& file) {
  if (!file.has("inputs/cat_covs")) return {};
  const auto codes = file.values("reference_inputs/cat_covs");
  return {1 + static_cast<std::int64_t>(
                  *std::max_element(codes.begin(), codes.end()))};
}

std::int64_t covariate_columns(const json& setup) {
  const auto keys = setup.find("continuous_covariate_keys");
  if (keys == setup.end() || keys->is_null()) return 0;
  return static_cast<std::int64_t>(keys->size());
}

template <class Choice>
void read_choice(const json& from, const std::string& name, Choice& to) {
  if (from.contains(name))
    to = parse_choice<Choice>(name, from.at(name).get<std::string>());
}

template <class T>
void read(const json& from, const std::string& name, T& to) {
  if (from.contains(name)) to = from.at(name).get<T>();
}

ModelOptions options(const reference::File& file) {
  const json given = model_arguments(file);
  ModelOptions o;
  read(given, "n_hidden", o.n_hidden);
  read(given, "n_latent", o.n_latent);
  read(given, "n_layers", o.n_layers);
  read(given, "dropout_rate", o.dropout_rate);
  read(given, "use_observed_lib_size", o.use_observed_lib_size);
  read(given, "encode_covariates", o.encode_covariates);
  read_choice(given, "dispersion", o.dispersion);
  read_choice(given, "gene_likelihood", o.gene_likelihood);
  read_choice(given, "use_batch_norm", o.use_batch_norm);
  read_choice(given, "use_layer_norm", o.use_layer_norm);
  read_choice(given, "batch_representation", o.batch_representation);
  if (given.contains("batch_embedding_kwargs"))
    read(given.at("batch_embedding_kwargs"), "embedding_dim",
         o.batch_embedding_dim);
  o.n_continuous_cov = covariate_columns(json::parse(file.text("setup_args")));
  o.n_cats_per_cov = category_levels(file);
  const json shapes = json::parse(file.text("reference_shapes"));
  o.n_genes = shapes.at("px_r").at(0);
  o.n_batch = static_cast<std::int64_t>(
      json::parse(file.text("batch_categories")).size());
  o.precision = Precision::kFloat64;
  return o;
}

}  // namespace

std::vector<std::string> query_files() {
  std::vector<std::string> out = reference::files("query_tiny_");
  const auto kang = reference::files("kang_model/query_");
  out.insert(out.end(), kang.begin(), kang.end());
  return out;
}

ModelOptions query_options(const reference::File& file) {
  return options(file);
}

// Every file's query brings one batch of its own.
ModelOptions reference_options(const reference::File& file) {
  ModelOptions o = options(file);
  --o.n_batch;
  return o;
}

std::vector<std::string> switches(const reference::File& file) {
  const json known{"default",
                   "unfrozen",
                   "freeze_dropout",
                   "no_freeze_expression",
                   "no_freeze_decoder_first_layer",
                   "no_freeze_batchnorm_encoder",
                   "freeze_batchnorm_decoder"};
  std::vector<std::string> out;
  for (const auto& name : known)
    if (file.has(name.get<std::string>())) out.push_back(name);
  return out;
}

FreezeOptions freeze_of(const reference::File& file, const std::string& group) {
  const json given = json::parse(file.text("arguments", group));
  FreezeOptions freeze;
  freeze.unfrozen = false;
  visit_freeze_options(freeze, [&](const std::string& name, auto& value) {
    read(given, name, value);
  });
  freeze.n_batch_reference = reference_options(file).n_batch;
  freeze.n_labels_reference = 1;
  return freeze;
}

std::string mask_kind(const reference::File& file, const std::string& group,
                      const std::string& parameter) {
  return json::parse(file.text("mask_kind", group)).at(parameter);
}
