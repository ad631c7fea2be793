#include "io/counts/h5ad_column.hpp"

#include <cstdio>
#include <limits>
#include <unordered_set>

#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

using Kind = AnnotationColumn::Kind;

AnnotationColumn read_integers(const h5::Dataset& data) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  AnnotationColumn column;
  const auto wide = data.read_all<std::int64_t>();
  bool fits = true;
  for (const std::int64_t value : wide)
    fits = fits && value >= -kMax && value <= kMax;  // R's NA is INT32_MIN
  column.kind = fits ? Kind::kInteger : Kind::kNumber;
  if (fits)
    column.codes.assign(wide.begin(), wide.end());
  else
    column.numbers = data.read_all<double>();
  return column;
}

bool attribute_is_true(const h5::Node& node, const std::string& name) {
  const auto value = h5::integer_attribute(node, name);
  return value && !value->empty() && value->front() != 0;
}

std::int64_t n_values(const AnnotationColumn& column) {
  switch (column.kind) {
    case Kind::kNumber:
      return static_cast<std::int64_t>(column.numbers.size());
    case Kind::kText:
      return static_cast<std::int64_t>(column.text.size());
    default:
      return static_cast<std::int64_t>(column.codes.size());
  }
}

// Values in one dataset, what is missing in another.
std::optional<AnnotationColumn> read_nullable(const h5::Group& group) {
  auto column = read_values(h5::Dataset::open(group, "values"));
  const auto mask = read_values(h5::Dataset::open(group, "mask"));
  if (!column) return std::nullopt;
  if (!mask || mask->kind != Kind::kLogical)
    group.fail("has a mask that is not made of TRUE and FALSE.");
  if (n_values(*mask) != n_values(*column))
    group.fail("has a mask of another length than its values.");
  column->missing.assign(mask->codes.begin(), mask->codes.end());
  return column;
}

std::optional<AnnotationColumn> read_group(const h5::Group& group) {
  const std::string encoding =
      h5::text_attribute_or_empty(group, "encoding-type");
  if (encoding.rfind("nullable-", 0) == 0) return read_nullable(group);
  if (encoding != "categorical") return std::nullopt;
  const auto categories =
      group.kind("categories") == h5::NodeKind::kGroup
          ? read_nullable(group.group("categories"))
          : read_values(h5::Dataset::open(group, "categories"));
  if (!categories) return std::nullopt;
  return read_factor(h5::Dataset::open(group, "codes"), as_text(*categories),
                     attribute_is_true(group, "ordered"));
}

// AnnData 0.7: the codes are the column, and the categories lie in a group
// next to it, to which the attribute "categories" refers.
std::optional<AnnotationColumn> read_dataset(const h5::Group& table,
                                             const std::string& name) {
  const auto data = h5::Dataset::open(table, name);
  const std::string levels = "__categories/" + name;
  if (!h5::has_attribute(data, "categories") || !table.has(levels))
    return read_values(data);
  const auto source = h5::Dataset::open(table, levels);
  const auto categories = read_values(source);
  if (!categories) return std::nullopt;
  return read_factor(data, as_text(*categories),
                     attribute_is_true(source, "ordered"));
}

}  // namespace

std::optional<AnnotationColumn> read_values(const h5::Dataset& data) {
  if (data.dims().size() != 1) return std::nullopt;
  AnnotationColumn column;
  switch (data.element()) {
    case h5::Element::kInteger:
      return read_integers(data);
    case h5::Element::kFloat:
      column.kind = Kind::kNumber;
      column.numbers = data.read_all<double>();
      return column;
    case h5::Element::kBoolean:
      column.kind = Kind::kLogical;
      column.codes = data.read_all<std::int32_t>();
      for (std::int32_t& code : column.codes) code = code != 0;
      return column;
    case h5::Element::kText:
      column.kind = Kind::kText;
      column.text = h5::read_text(data);
      return column;
    default:
      return std::nullopt;
  }
}

AnnotationColumn read_factor(const h5::Dataset& codes,
                             std::vector<std::string> levels, bool ordered) {
  if (codes.element() != h5::Element::kInteger || codes.dims().size() != 1)
    codes.fail("does not hold the codes of a categorical column.");
  const std::unordered_set<std::string> distinct(levels.begin(), levels.end());
  if (distinct.size() != levels.size())
    codes.fail("has categories that are not unique: the file is damaged.");
  AnnotationColumn column;
  column.kind = Kind::kFactor;
  column.codes = codes.read_all<std::int32_t>();
  column.ordered = ordered;
  const auto n_levels = static_cast<std::int64_t>(levels.size());
  for (std::size_t i = 0; i < column.codes.size(); ++i) {
    std::int32_t& code = column.codes[i];
    if (code < -1 || code >= n_levels)
      codes.fail("holds code " + std::to_string(code) + ", but there are " +
                 std::to_string(n_levels) +
                 " categories: the file is damaged.");
    if (code >= 0) continue;
    column.missing.resize(column.codes.size(), 0);
    column.missing[i] = 1;
    code = 0;
  }
  column.text = std::move(levels);
  return column;
}

std::vector<std::string> as_text(const AnnotationColumn& column) {
  std::vector<std::string> text;
  for (std::int64_t row = 0; row < n_values(column); ++row) {
    const auto i = static_cast<std::size_t>(row);
    char number[32] = "";
    if (!column.missing.empty() && column.missing[i]) {
      text.emplace_back();
      continue;
    }
    switch (column.kind) {
      case Kind::kText:
        text.push_back(column.text[i]);
        break;
      case Kind::kNumber:
        std::snprintf(number, sizeof number, "%.15g", column.numbers[i]);
        text.emplace_back(number);
        break;
      case Kind::kInteger:
        text.push_back(std::to_string(column.codes[i]));
        break;
      case Kind::kLogical:
        text.emplace_back(column.codes[i] ? "TRUE" : "FALSE");
        break;
      case Kind::kFactor:
        text.push_back(column.text[static_cast<std::size_t>(column.codes[i])]);
        break;
    }
  }
  return text;
}

std::optional<AnnotationColumn> read_column(const h5::Group& table,
                                            const std::string& name,
                                            std::int64_t n_rows) {
  std::optional<AnnotationColumn> column;
  switch (table.kind(name)) {
    case h5::NodeKind::kGroup:
      column = read_group(table.group(name));
      break;
    case h5::NodeKind::kDataset:
      column = read_dataset(table, name);
      break;
    case h5::NodeKind::kAbsent:
      table.fail("lists a column `" + name + "` that it does not have.");
    default:
      break;
  }
  if (!column) return std::nullopt;
  const std::int64_t n = n_values(*column);
  if (n_rows >= 0 && n != n_rows)
    table.fail("has " + std::to_string(n_rows) + " rows, but its column `" +
               name + "` has " + std::to_string(n) + ".");
  column->name = name;
  return column;
}

}  // namespace scvigor
