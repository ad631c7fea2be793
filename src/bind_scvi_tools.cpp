#include <Rcpp.h>

#include "r_annotation.h"
#include "r_convert.h"
#include "r_runtime.h"
#include "r_training.h"
#include "scvigor/scvi_tools.hpp"

using Rcpp::Named;
using scvigor::CategoryEntry;
using scvigor::LevelType;
using scvigor::Registry;
using scvigor::r::guarded;
using scvigor::r::to_r_text;

namespace {

constexpr const char* kLevelTypes[] = {"character", "integer", "double",
                                       "logical"};

LevelType level_type(const std::string& name) {
  for (int k = 0; k < 4; ++k)
    if (name == kLevelTypes[k]) return static_cast<LevelType>(k);
  return LevelType::kText;
}

SEXP to_r_name(const std::optional<std::string>& name) {
  if (!name) return R_NilValue;
  return to_r_text({*name});
}

Rcpp::List to_r_category(const CategoryEntry& category) {
  return Rcpp::List::create(
      Named("column") = to_r_text({category.column}),
      Named("levels") = to_r_text(category.levels),
      Named("type") = kLevelTypes[static_cast<int>(category.type)]);
}

SEXP to_r_category(const std::optional<CategoryEntry>& category) {
  if (!category) return R_NilValue;
  return to_r_category(*category);
}

Rcpp::List to_r_registry(const Registry& registry) {
  Rcpp::List categorical(registry.categorical.size());
  for (std::size_t k = 0; k < registry.categorical.size(); ++k)
    categorical[k] = to_r_category(registry.categorical[k]);
  return Rcpp::List::create(
      Named("batch") = to_r_category(registry.batch),
      Named("labels") = to_r_category(registry.labels),
      Named("categorical") = categorical,
      Named("continuous") = to_r_text(registry.continuous),
      Named("size_factor") = to_r_name(registry.size_factor),
      Named("layer") = to_r_name(registry.layer));
}

std::vector<std::string> texts_of(const Rcpp::List& list, const char* name) {
  std::vector<std::string> out;
  const Rcpp::RObject value = list[name];
  if (value.isNULL()) return out;
  const Rcpp::CharacterVector texts(value);
  for (R_xlen_t i = 0; i < texts.size(); ++i)
    out.emplace_back(scvigor::r::to_utf8(STRING_ELT(texts, i)));
  return out;
}

std::optional<std::string> name_of(const Rcpp::List& list, const char* name) {
  const auto texts = texts_of(list, name);
  if (texts.empty()) return std::nullopt;
  return texts.front();
}

CategoryEntry category_from_list(const Rcpp::List& list) {
  return {name_of(list, "column").value_or(""),
          level_type(name_of(list, "type").value_or("character")),
          texts_of(list, "levels")};
}

std::optional<CategoryEntry> category_of(const Rcpp::List& list,
                                         const char* name) {
  const Rcpp::RObject value = list[name];
  if (value.isNULL()) return std::nullopt;
  return category_from_list(Rcpp::List(value));
}

Registry registry_from_list(const Rcpp::List& list) {
  Registry registry;
  registry.batch = category_of(list, "batch");
  registry.labels = category_of(list, "labels");
  const Rcpp::List categorical = list["categorical"];
  for (R_xlen_t k = 0; k < categorical.size(); ++k)
    registry.categorical.push_back(category_from_list(categorical[k]));
  registry.continuous = texts_of(list, "continuous");
  registry.size_factor = name_of(list, "size_factor");
  registry.layer = name_of(list, "layer");
  return registry;
}

// One row per cell, row-major -> R's matrix.
Rcpp::NumericMatrix to_r_rows(const std::vector<double>& values,
                              std::int64_t n_columns) {
  return scvigor::r::to_r_matrix(
      values.data(), static_cast<std::int64_t>(values.size()) / n_columns,
      n_columns);
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List read_scvi_tools(const std::string& folder,
                           const std::string& prefix) {
  return guarded([&] {
    const auto model = scvigor::read_scvi_tools(folder, prefix);
    return Rcpp::List::create(
        Named("options") = scvigor::r::options_to_list(model.options),
        Named("state") = scvigor::r::state_to_list(model.state),
        Named("genes") = to_r_text(model.genes),
        Named("registry") = to_r_registry(model.registry),
        Named("n_cells") = scvigor::r::to_r(model.n_cells),
        Named("is_trained") = model.is_trained,
        Named("split") = scvigor::r::split_to_list(model.split),
        Named("history") = scvigor::r::history_to_list(model.history),
        Named("version") = model.version, Named("minified") = model.minified);
  });
}

// [[Rcpp::export(rng = false)]]
void write_scvi_tools(Rcpp::List model, const std::string& path) {
  guarded([&] {
    scvigor::ScviToolsModel out;
    out.options =
        scvigor::r::options_from_list<scvigor::ModelOptions>(model["options"]);
    out.state = scvigor::r::state_from_list(model["state"]);
    out.genes = texts_of(model, "genes");
    out.registry = registry_from_list(model["registry"]);
    out.n_cells = scvigor::r::whole_number(model, "n_cells");
    out.is_trained = Rcpp::as<bool>(model["is_trained"]);
    out.split = scvigor::r::split_from_list(model["split"]);
    out.history = scvigor::r::history_from_list(model["history"]);
    scvigor::write_scvi_tools(out, path);
  });
}

// NULL where the file is not minified.
// [[Rcpp::export(rng = false)]]
SEXP read_minified(const std::string& path) {
  return guarded([&]() -> SEXP {
    const auto found = scvigor::read_minified(path);
    if (!found) return R_NilValue;
    return Rcpp::List::create(
        Named("cells") = scvigor::r::to_r_annotation(found->cells),
        Named("mean") = to_r_rows(found->latent_mean, found->n_latent),
        Named("var") = to_r_rows(found->latent_var, found->n_latent),
        Named("library") = Rcpp::wrap(found->library));
  });
}
