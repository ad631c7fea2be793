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
  const auto names = read_column(table, index, -1);
  if (!names)
    table.fail("has an index `" + index + "` that does not hold names.");
  annotation.names = as_text(*names);
  const auto n_rows = static_cast<std::int64_t>(annotation.names.size());
  for (const std::string& name : column_names(table, index)) {
    if (auto column = read_column(table, name, n_rows))
      annotation.columns.push_back(std::move(*column));
    else
      annotation.skipped.push_back(name);
  }
  return annotation;
}

// The index is the first member. Categories lie apart, in `uns`.
Annotation read_structs(const h5::Group& root, const h5::Dataset& table) {
  Annotation annotation;
  const std::vector<std::string> members = table.members();
  if (members.empty() || table.dims().size() != 1)
    table.fail("is no AnnData dataframe.");
  const auto names = read_values(table.member(members[0]));
  if (!names) table.fail("has an index that does not hold names.");
  annotation.names = as_text(*names);
  for (std::size_t i = 1; i < members.size(); ++i) {
    const h5::Dataset values = table.member(members[i]);
    const std::string levels = "uns/" + members[i] + "_categories";
    std::optional<AnnotationColumn> column;
    if (values.element() == h5::Element::kInteger &&
        root.kind(levels) == h5::NodeKind::kDataset) {
      if (const auto text = read_values(h5::Dataset::open(root, levels)))
        column = read_factor(values, as_text(*text), false);
    } else {
      column = read_values(values);
    }
    if (column) {
      column->name = members[i];
      annotation.columns.push_back(std::move(*column));
    } else {
      annotation.skipped.push_back(members[i]);
    }
  }
  return annotation;
}

}  // namespace

Annotation read_table(const h5::Group& root, const std::string& name) {
  if (root.kind(name) == h5::NodeKind::kDataset)
    return read_structs(root, h5::Dataset::open(root, name));
  return read_group(root.group(name));
}

}  // namespace scvigor
