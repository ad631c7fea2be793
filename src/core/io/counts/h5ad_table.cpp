#include "io/counts/h5ad_table.hpp"

#include <algorithm>

#include "io/counts/h5ad_column.hpp"
#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

std::string index_name(const h5::Group& table) {
  const std::string name = h5::text_attribute_or_empty(table, "_index");
  if (!name.empty()) return name;
  for (const char* usual : {"_index", "index"})
    if (table.has(usual)) return usual;
  table.fail(
      "has no index: an AnnData dataframe names it in its attribute "
      "`_index`.");
}

std::vector<std::string> column_names(const h5::Group& table,
                                      const std::string& index) {
  auto names = h5::text_attribute(table, "column-order");
  if (!names && !h5::has_attribute(table, "column-order"))
    names = table.children();
  std::vector<std::string> columns;
  if (!names) return columns;  // of no columns, h5py makes an array of numbers
  std::copy_if(names->begin(), names->end(), std::back_inserter(columns),
               [&](const std::string& name) {
                 return name != index && name != "__categories";
               });
  return columns;
}

Annotation read_group(const h5::Group& table) {
  Annotation annotation;
  const std::string index = index_name(table);
  annotation.names = as_text(read_column(table, index));
  for (const std::string& name : column_names(table, index))
    add_column(annotation, name, table,
               [&] { return read_column(table, name); });
  return annotation;
}

// Categories of `uns`, where they are those of these codes: a column of the
// other table may have the same name.
std::optional<AnnotationColumn> read_categories(const h5::Group& root,
                                                const std::string& column,
                                                const h5::Dataset& codes) {
  const std::string path = "uns/" + column + "_categories";
  if (codes.element() != h5::Element::kInteger ||
      root.kind(path) != h5::NodeKind::kDataset)
    return std::nullopt;
  auto categories = read_values(h5::Dataset::open(root, path));
  for (const std::int64_t code : codes.read_all<std::int64_t>())
    if (code < -1 || code >= n_values(categories)) return std::nullopt;
  return categories;
}

// The index is the first member. Categories are in the group `uns`.
Annotation read_structs(const h5::Group& root, const h5::Dataset& table) {
  Annotation annotation;
  const std::vector<std::string> members = table.members();
  if (members.empty() || table.dims().size() != 1)
    table.fail("is not an AnnData dataframe.");
  annotation.names = as_text(read_values(table.member(members[0])));
  for (std::size_t i = 1; i < members.size(); ++i)
    add_column(annotation, members[i], table, [&] {
      const h5::Dataset values = table.member(members[i]);
      const auto categories = read_categories(root, members[i], values);
      return categories ? read_factor(values, *categories, false)
                        : read_values(values);
    });
  return annotation;
}

}  // namespace

Annotation read_table(const h5::Group& root, const std::string& name) {
  if (root.kind(name) == h5::NodeKind::kDataset)
    return read_structs(root, h5::Dataset::open(root, name));
  return read_group(root.group(name));
}

}  // namespace scvigor
