#include "io/counts/h5ad_column.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "io/hdf5/h5_text.hpp"

namespace scvigor {

namespace {

using Kind = AnnotationColumn::Kind;

// Where doubles stop to hold every integer.
constexpr std::int64_t kMaxExact = std::int64_t{1} << 53;

// R's NA is the smallest integer, which rhdf5 says it writes.
void take_missing_of_rhdf5(const h5::Dataset& data,
                           std::vector<std::int64_t>& values,
                           std::vector<std::int8_t>& missing) {
  constexpr std::int64_t kMissing = std::numeric_limits<std::int32_t>::min();
  if (!h5::has_attribute(data, "rhdf5-NA.OK")) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != kMissing) continue;
    missing.resize(values.size(), 0);
    missing[i] = 1;
    values[i] = 0;
  }
}

AnnotationColumn read_integers(const h5::Dataset& data) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  AnnotationColumn column;
  auto wide = data.read_all<std::int64_t>();
  take_missing_of_rhdf5(data, wide, column.missing);
  std::int64_t max = 0;
  for (const std::int64_t value : wide)
    max = std::max(max, value < -kMaxExact ? kMaxExact + 1 : std::abs(value));
  if (max <= kMax) {  // R's NA is INT32_MIN
    column.kind = Kind::kInteger;
    column.codes.assign(wide.begin(), wide.end());
    if (h5::text_attribute_or_empty(data, "storage.mode") == "logical")
      column.kind = Kind::kLogical;
  } else if (max <= kMaxExact) {
    column.kind = Kind::kNumber;
    column.numbers.assign(wide.begin(), wide.end());
  } else {  // identifiers, which must not become equal
    column.kind = Kind::kText;
    for (const std::int64_t value : wide)
      column.text.push_back(std::to_string(value));
  }
  return column;
}

bool attribute_is_true(const h5::Node& node, const std::string& name) {
  const auto value = h5::integer_attribute(node, name);
  return value && !value->empty() && value->front() != 0;
}

// Values in one dataset, what is missing in another.
AnnotationColumn read_nullable(const h5::Group& group) {
  auto column = read_values(h5::Dataset::open(group, "values"));
  const auto mask = read_values(h5::Dataset::open(group, "mask"));
  if (mask.kind != Kind::kLogical)
    group.fail("has a mask that is not made of TRUE and FALSE.");
  if (n_values(mask) != n_values(column))
    group.fail("has a mask of another length than its values.");
  column.missing.assign(mask.codes.begin(), mask.codes.end());
  return column;
}

AnnotationColumn read_group(const h5::Group& group) {
  const std::string encoding =
      h5::text_attribute_or_empty(group, "encoding-type");
  if (encoding.rfind("nullable-", 0) == 0) return read_nullable(group);
  if (encoding != "categorical")
    group.fail("is stored as \"" + encoding + "\", which is not a vector.");
  const auto categories =
      group.kind("categories") == h5::NodeKind::kGroup
          ? read_nullable(group.group("categories"))
          : read_values(h5::Dataset::open(group, "categories"));
  return read_factor(h5::Dataset::open(group, "codes"), categories,
                     attribute_is_true(group, "ordered"));
}

// AnnData 0.7: the codes are the column, and the categories lie in a group
// next to it, to which the attribute "categories" refers.
AnnotationColumn read_dataset(const h5::Group& table, const std::string& name) {
  const auto data = h5::Dataset::open(table, name);
  const std::string levels = "__categories/" + name;
  if (!h5::has_attribute(data, "categories") || !table.has(levels))
    return read_values(data);
  const auto source = h5::Dataset::open(table, levels);
  return read_factor(data, read_values(source),
                     attribute_is_true(source, "ordered"));
}

// What went wrong, without the name of the file, which is said elsewhere.
std::string reason_of(const std::exception& error, const h5::Node& source) {
  std::string text = error.what();
  const std::string file = " of \"" + source.file().name + "\"";
  const auto at = text.find(file);
  if (at != std::string::npos) text.erase(at, file.size());
  if (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

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

void add_column(Annotation& table, const std::string& name,
                const h5::Node& source,
                const std::function<AnnotationColumn()>& read) {
  const auto n_rows = static_cast<std::int64_t>(table.names.size());
  try {
    AnnotationColumn column = read();
    if (n_values(column) != n_rows) {
      table.skipped.push_back(
          {name, "it has " + std::to_string(n_values(column)) + " values for " +
                     std::to_string(n_rows) + " rows"});
      return;
    }
    column.name = name;
    table.columns.push_back(std::move(column));
  } catch (const FileError& error) {
    table.skipped.push_back({name, reason_of(error, source)});
  } catch (const std::bad_alloc&) {
    table.skipped.push_back({name, "it takes more memory than there is"});
  }
}

AnnotationColumn read_values(const h5::Dataset& data) {
  if (data.dims().size() > 1)
    data.fail("has " + std::to_string(data.dims().size()) +
              " dimensions, so that it is not a vector.");
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
      data.fail("holds " + h5::describe_type(data.type()) +
                ", which are not read.");
  }
}

AnnotationColumn read_column(const h5::Group& table, const std::string& name) {
  switch (table.kind(name)) {
    case h5::NodeKind::kGroup:
      return read_group(table.group(name));
    case h5::NodeKind::kDataset:
      return read_dataset(table, name);
    case h5::NodeKind::kAbsent:
      table.fail("lists a column `" + name + "` that it does not have.");
    case h5::NodeKind::kExternalLink:
      table.fail("has a column `" + name +
                 "` that is a link into another file, which is not followed.");
    default:
      table.fail("has a column `" + name + "` that is not a vector.");
  }
}

}  // namespace scvigor
