#include "io/python/pickle_input.hpp"
#include "io/scvi_tools/attributes.hpp"

namespace scvigor {

namespace {

using pickle::Writer;

// numpy.array(values, type)
template <class Items>
void write_array(Writer& out, const char* type, Items items) {
  out.call("numpy", "array", [&] {
    out.list(items);
    out.text(type);
  });
}

void write_levels(Writer& out, const CategoryEntry& category) {
  const auto& levels = category.levels;
  switch (category.type) {
    case LevelType::kText:
      return write_text_array(out, levels);
    case LevelType::kInteger:
      return write_array(out, "int64", [&] {
        for (const auto& level : levels)
          out.integer(static_cast<std::int64_t>(pickle::parse_real(level)));
      });
    case LevelType::kReal:
      return write_array(out, "float64", [&] {
        for (const auto& level : levels) out.real(pickle::parse_real(level));
      });
    case LevelType::kLogical:
      return write_array(out, "bool", [&] {
        for (const auto& level : levels) out.truth(level == "TRUE");
      });
  }
}

// One field: where its data are in an AnnData, what is known of them, and
// numbers that are shown.
template <class State, class Summary>
void write_field(Writer& out, const std::string& name,
                 const std::string& attribute, const std::string& key,
                 State state, Summary summary) {
  out.entry(name, [&] {
    out.dict([&] {
      out.entry("data_registry", [&] {
        out.dict([&] {
          if (attribute.empty()) return;
          out.text_entry("attr_name", attribute);
          if (key.empty())
            out.none_entry("attr_key");
          else
            out.text_entry("attr_key", key);
        });
      });
      out.entry("state_registry", [&] { out.dict(state); });
      out.entry("summary_stats", [&] { out.dict(summary); });
    });
  });
}

void write_counts_field(Writer& out, const ScviToolsModel& model) {
  const auto n_genes = static_cast<std::int64_t>(model.genes.size());
  const auto& layer = model.registry.layer;
  write_field(
      out, "X", layer ? "layers" : "X", layer.value_or(""),
      [&] {
        out.integer_entry("n_obs", model.n_cells);
        out.integer_entry("n_vars", n_genes);
        out.entry("column_names", [&] { write_text_array(out, model.genes); });
      },
      [&] {
        out.integer_entry("n_vars", n_genes);
        out.integer_entry("n_cells", model.n_cells);
      });
}

void write_category_field(Writer& out, const std::string& name,
                          const std::optional<CategoryEntry>& given) {
  // Without a column, all cells have the level 0 of one that scvi-tools makes.
  const CategoryEntry category = given.value_or(
      CategoryEntry{"_scvi_" + name, LevelType::kInteger, {"0"}});
  write_field(
      out, name, "obs", "_scvi_" + name,
      [&] {
        out.entry("categorical_mapping", [&] { write_levels(out, category); });
        out.text_entry("original_key", category.column);
      },
      [&] {
        out.integer_entry("n_" + name,
                          static_cast<std::int64_t>(category.levels.size()));
      });
}

void write_categorical_field(Writer& out,
                             const std::vector<CategoryEntry>& categories) {
  const std::string name = "extra_categorical_covs";
  const bool any = !categories.empty();
  write_field(
      out, name, any ? "obsm" : "", any ? "_scvi_" + name : "",
      [&] {
        if (!any) return;
        out.entry("mappings", [&] {
          out.dict([&] {
            for (const auto& category : categories)
              out.entry(category.column, [&] { write_levels(out, category); });
          });
        });
        out.entry("field_keys", [&] {
          out.list([&] {
            for (const auto& category : categories) out.text(category.column);
          });
        });
        out.entry("n_cats_per_key", [&] {
          out.list([&] {
            for (const auto& category : categories)
              out.integer(static_cast<std::int64_t>(category.levels.size()));
          });
        });
      },
      [&] {
        out.integer_entry("n_" + name,
                          static_cast<std::int64_t>(categories.size()));
      });
}

void write_continuous_field(Writer& out,
                            const std::vector<std::string>& columns) {
  const std::string name = "extra_continuous_covs";
  const bool any = !columns.empty();
  write_field(
      out, name, any ? "obsm" : "", any ? "_scvi_" + name : "",
      [&] {
        if (any) out.entry("columns", [&] { write_text_array(out, columns); });
      },
      [&] {
        out.integer_entry("n_" + name,
                          static_cast<std::int64_t>(columns.size()));
      });
}

void write_name(Writer& out, const std::string& key,
                const std::optional<std::string>& value) {
  if (value)
    out.text_entry(key, *value);
  else
    out.none_entry(key);
}

void write_names(Writer& out, const std::string& key,
                 const std::vector<std::string>& values) {
  if (values.empty()) return out.none_entry(key);
  out.entry(key, [&] { out.texts(values); });
}

std::optional<std::string> column_of(
    const std::optional<CategoryEntry>& category) {
  return category ? std::optional<std::string>(category->column) : std::nullopt;
}

// The arguments of setup_anndata() that would give this model.
void write_setup_args(Writer& out, const Registry& registry, bool is_linear) {
  write_name(out, "layer", registry.layer);
  write_name(out, "batch_key", column_of(registry.batch));
  write_name(out, "labels_key", column_of(registry.labels));
  if (is_linear) return;
  write_name(out, "size_factor_key", registry.size_factor);
  std::vector<std::string> columns;
  for (const auto& category : registry.categorical)
    columns.push_back(category.column);
  write_names(out, "categorical_covariate_keys", columns);
  write_names(out, "continuous_covariate_keys", registry.continuous);
}

}  // namespace

void write_text_array(Writer& out, const std::vector<std::string>& values) {
  write_array(out, "O", [&] {
    for (const auto& value : values) out.text(value);
  });
}

void write_integer_array(Writer& out, const std::vector<std::int64_t>& values) {
  write_array(out, "int64", [&] {
    for (const auto value : values) out.integer(value);
  });
}

void write_registry(Writer& out, const ScviToolsModel& model) {
  const bool is_linear = model.options.decoder == DecoderKind::kLinear;
  const Registry& registry = model.registry;
  out.dict([&] {
    out.text_entry("scvi_version", model.version);
    out.text_entry("model_name", is_linear ? "LinearSCVI" : "SCVI");
    out.entry("setup_args", [&] {
      out.dict([&] { write_setup_args(out, registry, is_linear); });
    });
    out.entry("field_registries", [&] {
      out.dict([&] {
        write_counts_field(out, model);
        write_category_field(out, "batch", registry.batch);
        write_category_field(out, "labels", registry.labels);
        if (is_linear) return;
        write_field(
            out, "size_factor", registry.size_factor ? "obs" : "",
            registry.size_factor.value_or(""), [] {}, [] {});
        write_categorical_field(out, registry.categorical);
        write_continuous_field(out, registry.continuous);
      });
    });
    out.text_entry("setup_method_name", "setup_anndata");
  });
}

}  // namespace scvigor
