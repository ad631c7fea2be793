#include "io/counts/minified_cells.hpp"

#include <cmath>

#include "io/counts/count_file_content.hpp"
#include "io/counts/h5ad_table.hpp"
#include "io/hdf5/h5_text.hpp"
#include "io/isolation/isolated_reader.hpp"

namespace scvigor {

namespace {

// How scvi-tools has called the posterior of the cells: since 1.2 after the
// class of the model, before 0.20 with an underscore.
constexpr const char* kPrefixes[] = {"scvi_", "ldvae_", "_scvi_"};

struct Names {
  std::string mean, var, library;
};

std::optional<Names> find_names(const h5::Group& root) {
  for (const std::string prefix : kPrefixes) {
    const Names names{"obsm/" + prefix + "latent_qzm",
                      "obsm/" + prefix + "latent_qzv", ""};
    if (!root.has(names.mean) || !root.has(names.var)) continue;
    for (const char* library : {"observed_lib_size", "_scvi_observed_lib_size"})
      if (root.has("obs/" + std::string(library)))
        return Names{names.mean, names.var, library};
  }
  return std::nullopt;
}

std::vector<double> read_matrix(const h5::Group& root, const std::string& path,
                                MinifiedCells& out) {
  const h5::Dataset data = h5::Dataset::open(root, path);
  if (data.dims().size() != 2 || !data.is_number() ||
      data.dims()[0] != static_cast<std::int64_t>(out.cells.names.size()))
    data.fail("does not have a row of numbers for every cell.");
  if (out.n_latent != 0 && data.dims()[1] != out.n_latent)
    data.fail("does not have the size of the other.");
  out.n_latent = data.dims()[1];
  return data.read_all<double>();
}

std::vector<double> library_of(const h5::Group& root, Annotation& cells,
                               const std::string& name) {
  for (auto& column : cells.columns) {
    if (column.name != name) continue;
    if (column.kind == AnnotationColumn::Kind::kNumber) return column.numbers;
    if (column.kind == AnnotationColumn::Kind::kInteger)
      return {column.codes.begin(), column.codes.end()};
  }
  root.fail("has no numbers in `obs/" + name + "`.");
}

std::optional<MinifiedCells> read_content(const h5::Group& root) {
  if (!is_h5ad(root)) return std::nullopt;
  const auto names = find_names(root);
  if (!names) return std::nullopt;
  MinifiedCells out;
  out.cells = read_table(root, "obs");
  out.latent_mean = read_matrix(root, names->mean, out);
  out.latent_var = read_matrix(root, names->var, out);
  out.library = library_of(root, out.cells, names->library);
  return out;
}

void check_content(const MinifiedCells& found, const std::string& path) {
  const std::size_t n = found.cells.names.size();
  const std::size_t n_values = n * static_cast<std::size_t>(found.n_latent);
  bool is_sound = found.n_latent > 0 && found.library.size() == n &&
                  found.latent_mean.size() == n_values &&
                  found.latent_var.size() == n_values;
  for (const double value : found.latent_mean)
    is_sound = is_sound && std::isfinite(value);
  for (const double value : found.latent_var)
    is_sound = is_sound && std::isfinite(value) && value >= 0.0;
  for (const double value : found.library)
    is_sound = is_sound && std::isfinite(value) && value >= 0.0;
  if (!is_sound)
    throw FileError("\"" + path +
                    "\" is damaged: the posterior of its cells "
                    "has missing or wrong values.");
}

}  // namespace

namespace core {

std::optional<MinifiedCells> read_minified(const std::string& path) {
  const std::int64_t bytes = h5::check_file(path);
  std::optional<MinifiedCells> found;
  IsolatedReader{path, bytes, {}}.run(
      [&](WireWriter& writer) {
        const auto content = read_content(h5::open_file(path));
        writer.put(content.has_value());
        if (!content) return;
        put_annotation(writer, content->cells);
        writer.put(content->n_latent);
        writer.put(content->latent_mean);
        writer.put(content->latent_var);
        writer.put(content->library);
      },
      [&](WireReader& reader) {
        bool is_minified = false;
        reader.get(is_minified);
        if (!is_minified) return;
        found.emplace();
        found->cells = get_annotation(reader);
        reader.get(found->n_latent);
        reader.get(found->latent_mean);
        reader.get(found->latent_var);
        reader.get(found->library);
      });
  if (found) check_content(*found, path);
  return found;
}

}  // namespace core
}  // namespace scvigor
