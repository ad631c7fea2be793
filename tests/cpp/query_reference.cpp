#include "query_reference.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "options_json.hpp"
#include "scvigor/scvi_tools.hpp"

using namespace scvigor;
using nlohmann::json;

namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

const std::string kDecoder = "decoder.px_decoder.fc_layers.Layer 0.0.weight";

json json_attribute(const reference::File& file, const std::string& name,
                    const std::string& group = "/") {
  if (!file.has_attribute(name, group)) return json::object();
  return json::parse(file.text(name, group));
}

// As an attribute, or of the tensors themselves.
Shapes shapes_of(const reference::File& file, const std::string& which) {
  if (file.has_attribute(which + "_shapes"))
    return json_attribute(file, which + "_shapes").get<Shapes>();
  Shapes out;
  const std::string group = which + "_weights";
  for (const auto& name : file.list(group))
    out[name] = file.read(group + "/" + name).shape;
  return out;
}

std::int64_t size_of(const Shapes& shapes, const std::string& name,
                     std::size_t dimension) {
  const auto found = shapes.find(name);
  return found == shapes.end() ? 0 : found->second.at(dimension);
}

// Levels in each column of a dataset of codes, as far as they occur.
std::vector<std::int64_t> levels_in(const reference::File& file,
                                    const std::string& path) {
  if (!file.has(path)) return {};
  const auto codes = file.read(path);
  const auto n = codes.shape.size() < 2 ? 1 : codes.shape[1];
  std::vector<std::int64_t> out(static_cast<std::size_t>(n), 1);
  for (std::size_t i = 0; i < codes.values.size(); ++i) {
    auto& levels = out[i % out.size()];
    levels = std::max(levels, 1 + static_cast<std::int64_t>(codes.values[i]));
  }
  return out;
}

// The larger of each; `a` may be shorter.
std::vector<std::int64_t> at_least(std::vector<std::int64_t> a,
                                   const std::vector<std::int64_t>& b) {
  a.resize(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < b.size(); ++i) a[i] = std::max(a[i], b[i]);
  return a;
}

std::int64_t one_hot_columns(std::int64_t n_levels) {
  return n_levels > 1 ? n_levels : 0;
}

// Columns of the first layer of the decoder that belong to covariates of
// categories.
std::int64_t category_columns(const ModelOptions& o, const Shapes& shapes) {
  std::int64_t out =
      size_of(shapes, kDecoder, 1) - o.n_latent - o.n_continuous_cov;
  out -= o.batch_representation == BatchRepresentation::kEmbedding
             ? o.batch_embedding_dim
             : one_hot_columns(o.n_batch);
  return out;
}

// Levels that the minibatch of the file does not show are the last covariate's.
void complete_categories(ModelOptions& o, const Shapes& shapes) {
  if (o.n_cats_per_cov.empty()) return;
  std::int64_t missing = category_columns(o, shapes);
  for (const auto n : o.n_cats_per_cov) missing -= one_hot_columns(n);
  auto& last = o.n_cats_per_cov.back();
  if (missing > 0) last = one_hot_columns(last) + missing;
}

// Levels that a model has for itself.
void read_levels(const Shapes& shapes, ModelOptions& o) {
  const std::map<Dispersion, std::int64_t*> by_dispersion{
      {Dispersion::kGeneBatch, &o.n_batch},
      {Dispersion::kGeneLabel, &o.n_labels}};
  const auto dispersed = by_dispersion.find(o.dispersion);
  if (dispersed != by_dispersion.end() && shapes.count("px_r") > 0)
    *dispersed->second = size_of(shapes, "px_r", 1);
  for (const auto& [name, dimension] :
       {std::pair<const char*, std::size_t>{"library_log_means", 1},
        {"_embeddings_dict.batch.weight", 0}})
    if (shapes.count(name) > 0) o.n_batch = size_of(shapes, name, dimension);
}

std::int64_t n_names(const json& setup, const std::string& key) {
  const auto found = setup.find(key);
  return found == setup.end() || found->is_null()
             ? 0
             : static_cast<std::int64_t>(found->size());
}

// What does not depend on levels.
ModelOptions architecture(const reference::File& file) {
  ModelOptions o;
  support::read_arguments(json_attribute(file, "init_params"), o);
  const json setup = json_attribute(file, "setup_args");
  o.n_continuous_cov = n_names(setup, "continuous_covariate_keys");
  o.use_size_factor = n_names(setup, "size_factor_key") > 0;
  o.n_cats_per_cov.assign(
      static_cast<std::size_t>(n_names(setup, "categorical_covariate_keys")),
      1);
  return o;
}

// The reference of a small file: its levels are those of its cells.
ModelOptions stored_reference(const reference::File& file) {
  const Shapes shapes = shapes_of(file, "reference");
  ModelOptions o = architecture(file);
  o.n_genes = size_of(shapes, "decoder.px_scale_decoder.0.weight", 0);
  for (const auto n : levels_in(file, "reference_inputs/batch_index"))
    o.n_batch = n;
  for (const auto n : levels_in(file, "reference_inputs/labels"))
    o.n_labels = n;
  o.n_cats_per_cov =
      at_least(o.n_cats_per_cov, levels_in(file, "reference_inputs/cat_covs"));
  read_levels(shapes, o);
  complete_categories(o, shapes);
  return o;
}

// The folder of the reference that scvi-tools saved beside the file.
std::string saved_reference(const reference::File& file) {
  std::filesystem::path path = file.path();
  path.replace_extension();
  return path.string() + "_reference";
}

ModelOptions reference_options(const reference::File& file) {
  const std::string saved = saved_reference(file);
  if (std::filesystem::is_directory(saved))
    return read_scvi_tools(saved, "").options;
  return stored_reference(file);
}

ModelOptions extended(const reference::File& file, ModelOptions o) {
  const Shapes shapes = query_shapes(file);
  o.n_batch =
      std::max(o.n_batch, static_cast<std::int64_t>(
                              json_attribute(file, "batch_categories").size()));
  for (const auto n : levels_in(file, "inputs/labels"))
    o.n_labels = std::max(o.n_labels, n);
  o.n_cats_per_cov =
      at_least(o.n_cats_per_cov, levels_in(file, "inputs/cat_covs"));
  read_levels(shapes, o);
  complete_categories(o, shapes);
  return o;
}

// "no_freeze_expression" and the like; "default" says nothing.
json arguments_of(const std::string& group) {
  if (group == "default") return json::object();
  const bool off = group.rfind("no_", 0) == 0;
  return {{off ? group.substr(3) : group, !off}};
}

}  // namespace

std::vector<std::string> query_files() {
  std::vector<std::string> out = reference::files("query_tiny_");
  const auto trained = reference::files_of_models("query_");
  out.insert(out.end(), trained.begin(), trained.end());
  return out;
}

QueryOptions query_options(const reference::File& file) {
  QueryOptions out;
  out.reference = reference_options(file);
  out.reference.precision = Precision::kFloat64;
  out.query = extended(file, out.reference);
  return out;
}

std::map<std::string, std::vector<std::int64_t>> query_shapes(
    const reference::File& file) {
  return shapes_of(file, "query");
}

std::vector<std::string> switches(const reference::File& file) {
  std::vector<std::string> out;
  for (const auto& name : file.list("/"))
    if (file.has_attribute("mask_kind", name)) out.push_back(name);
  return out;
}

FreezeOptions freeze_of(const reference::File& file, const std::string& group) {
  const json given = file.has_attribute("arguments", group)
                         ? json_attribute(file, "arguments", group)
                         : arguments_of(group);
  FreezeOptions freeze;
  freeze.unfrozen = false;
  visit_freeze_options(freeze, [&](const std::string& name, auto& value) {
    if (given.contains(name)) given.at(name).get_to(value);
  });
  const ModelOptions known = query_options(file).reference;
  freeze.n_batch_reference = known.n_batch;
  freeze.n_labels_reference = known.n_labels;
  return freeze;
}

std::string mask_kind(const reference::File& file, const std::string& group,
                      const std::string& parameter) {
  return json_attribute(file, "mask_kind", group).at(parameter);
}
