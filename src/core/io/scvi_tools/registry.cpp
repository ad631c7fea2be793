#include "io/scvi_tools/registry.hpp"

#include <cmath>
#include <locale>
#include <set>
#include <sstream>

#include "io/python/numpy_array.hpp"
#include "io/python/pickle_view.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

using pickle::find;
using pickle::get;
using pickle::is_none;
using pickle::Series;
using pickle::Value;

constexpr char kRegistry[] = "the registry";
// A file may refer to one long list again and again.
constexpr std::size_t kMaxCovariates = 1000;

std::string text_or_empty(const Value* value) {
  return is_none(value) ? "" : text(value, "an entry of the registry");
}

// As R's as.character() has it, so that levels of both are the same text.
std::string level_text(Series::Type type, double value) {
  if (type == Series::Type::kLogical) return value != 0.0 ? "TRUE" : "FALSE";
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(type == Series::Type::kInteger ? 18 : 15);
  text << value;
  return text.str();
}

LevelType level_type(Series::Type type) {
  switch (type) {
    case Series::Type::kInteger:
      return LevelType::kInteger;
    case Series::Type::kReal:
      return LevelType::kReal;
    case Series::Type::kLogical:
      return LevelType::kLogical;
    case Series::Type::kText:
      break;
  }
  return LevelType::kText;
}

CategoryEntry read_category(const std::string& column, const Value* mapping) {
  const std::string what = "the levels of \"" + column + "\"";
  Series series = read_series(mapping, what);
  CategoryEntry out{column, level_type(series.type), std::move(series.texts)};
  for (const double value : series.numbers)
    out.levels.push_back(level_text(series.type, value));
  const std::set<std::string> distinct(out.levels.begin(), out.levels.end());
  if (distinct.empty() || distinct.size() != out.levels.size())
    throw FileError("is damaged: " + what + " are missing or not distinct.");
  return out;
}

// ---- Since 0.15: a field each, with what it was set up with ----------------

const Value* state_of(const Value* fields, const std::string& field) {
  const Value* found = find(fields, field);
  return is_none(found) ? nullptr : find(found, "state_registry");
}

std::optional<CategoryEntry> read_field(const Value* fields,
                                        const std::string& field,
                                        const Value* column) {
  if (is_none(column)) return std::nullopt;
  const Value* state = state_of(fields, field);
  return read_category(text(column, "the column of " + field),
                       get(state, "categorical_mapping", "the field " + field));
}

std::vector<CategoryEntry> read_joint(const Value* state,
                                      const Value* columns) {
  std::vector<CategoryEntry> out;
  if (is_none(state) || is_none(columns)) return out;
  const Value* mappings = get(state, "mappings", "the categorical covariates");
  const auto names =
      read_texts(columns, "the names of the categorical covariates");
  if (names.size() > kMaxCovariates)
    throw FileError("is damaged: it has " + std::to_string(names.size()) +
                    " categorical covariates.");
  std::size_t n_levels = 0;
  for (const auto& name : names) {
    out.push_back(read_category(
        name, get(mappings, name, "the levels of the covariates")));
    n_levels += out.back().levels.size();
    if (n_levels > pickle::kMaxValues)
      throw FileError("is damaged: its covariates have too many levels.");
  }
  return out;
}

Registry read_fields(const Value* fields, const Value* arguments) {
  Registry registry;
  registry.batch = read_field(fields, "batch", find(arguments, "batch_key"));
  registry.labels = read_field(fields, "labels", find(arguments, "labels_key"));
  const Value* categorical = state_of(fields, "extra_categorical_covs");
  registry.categorical =
      read_joint(categorical, find(categorical, "field_keys"));
  const Value* continuous =
      find(state_of(fields, "extra_continuous_covs"), "columns");
  if (!is_none(continuous))
    registry.continuous =
        read_texts(continuous, "the names of the continuous covariates");
  const auto name = [&](const char* key) -> std::optional<std::string> {
    const std::string given = text_or_empty(find(arguments, key));
    if (given.empty()) return std::nullopt;
    return given;
  };
  registry.size_factor = name("size_factor_key");
  registry.layer = name("layer");
  return registry;
}

std::string minify_type(const Value* fields) {
  // The type is the value of the field in uns, which only names it; that the
  // field is there says that the cells' posterior was kept.
  return is_none(find(fields, "minify_type")) &&
                 is_none(find(fields, "latent_qzm"))
             ? ""
             : "latent_posterior_parameters";
}

RegistryRecord read_new(const Value* content) {
  RegistryRecord out;
  out.version = text_or_empty(find(content, "scvi_version"));
  out.model_name = text_or_empty(find(content, "model_name"));
  const Value* fields = get(content, "field_registries", kRegistry);
  out.registry = read_fields(fields, get(content, "setup_args", kRegistry));
  out.minified = minify_type(fields);
  const Value* n_cells = find(state_of(fields, "X"), "n_obs");
  if (!is_none(n_cells))
    out.n_cells = whole_number(n_cells, "the number of cells");
  return out;
}

// ---- Before 0.15: one dictionary -------------------------------------------

std::optional<CategoryEntry> read_old_field(const Value* dictionary,
                                            const std::string& field) {
  const Value* place = find(find(dictionary, "data_registry"), field);
  if (is_none(place)) return std::nullopt;
  const std::string key =
      text(get(place, "attr_key", field), "the place of " + field);
  const Value* category =
      get(get(dictionary, "categorical_mappings", kRegistry), key, kRegistry);
  const std::string column =
      text(get(category, "original_key", field), "the column of " + field);
  // The name of a column that was made up
  if (column.rfind("_scvi", 0) == 0) return std::nullopt;
  return read_category(column, get(category, "mapping", field));
}

RegistryRecord read_old(const Value* dictionary) {
  RegistryRecord out;
  out.version = text_or_empty(find(dictionary, "scvi_version"));
  out.registry.batch = read_old_field(dictionary, "batch_indices");
  out.registry.labels = read_old_field(dictionary, "labels");
  const Value* categorical = find(dictionary, "extra_categoricals");
  out.registry.categorical = read_joint(categorical, find(categorical, "keys"));
  const Value* continuous = find(dictionary, "extra_continuous_keys");
  if (!is_none(continuous))
    out.registry.continuous =
        read_texts(continuous, "the names of the continuous covariates");
  const Value* counts = find(find(dictionary, "data_registry"), "X");
  if (text_or_empty(find(counts, "attr_name")) == "layers")
    out.registry.layer = text_or_empty(find(counts, "attr_key"));
  const Value* n_cells = find(find(dictionary, "summary_stats"), "n_cells");
  if (!is_none(n_cells))
    out.n_cells = whole_number(n_cells, "the number of cells");
  return out;
}

}  // namespace

RegistryRecord read_registry(const Value* attributes) {
  const Value* content = find(attributes, "registry_");
  if (!is_none(content)) return read_new(content);
  const Value* dictionary = find(attributes, "scvi_setup_dict_");
  if (!is_none(dictionary)) return read_old(dictionary);
  throw FileError(
      "is not a model that scvigor can read: it has neither "
      "`registry_` nor `scvi_setup_dict_`.");
}

}  // namespace scvigor
