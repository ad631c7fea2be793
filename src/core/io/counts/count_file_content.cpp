#include "io/counts/count_file_content.hpp"

#include <algorithm>

#include "io/counts/h5ad_column.hpp"

namespace scvigor {

namespace {

using Kind = AnnotationColumn::Kind;

bool is_sound(const AnnotationColumn& column, std::size_t n_rows) {
  if (!column.missing.empty() && column.missing.size() != n_rows) return false;
  if (column.kind < Kind::kNumber || column.kind > Kind::kFactor ||
      n_values(column) != static_cast<std::int64_t>(n_rows))
    return false;
  const auto n_codes =
      static_cast<std::int64_t>(std::max<std::size_t>(column.text.size(), 1));
  return column.kind != Kind::kFactor ||
         std::all_of(
             column.codes.begin(), column.codes.end(),
             [&](std::int32_t code) { return code >= 0 && code < n_codes; });
}

bool is_sound(const Annotation& annotation) {
  return std::all_of(annotation.columns.begin(), annotation.columns.end(),
                     [&](const AnnotationColumn& column) {
                       return is_sound(column, annotation.names.size());
                     });
}

}  // namespace

void put_annotation(WireWriter& writer, const Annotation& annotation) {
  writer.put(annotation.names);
  writer.put(annotation.skipped.size());
  for (const SkippedColumn& column : annotation.skipped) {
    writer.put(column.name);
    writer.put(column.reason);
  }
  writer.put(annotation.columns.size());
  for (const AnnotationColumn& column : annotation.columns) {
    writer.put(column.name);
    writer.put(column.kind);
    writer.put(column.numbers);
    writer.put(column.codes);
    writer.put(column.text);
    writer.put(column.ordered);
    writer.put(column.missing);
  }
}

Annotation get_annotation(WireReader& reader) {
  Annotation annotation;
  reader.get(annotation.names);
  std::size_t n_skipped = 0;
  for (reader.get(n_skipped); annotation.skipped.size() < n_skipped;) {
    annotation.skipped.emplace_back();
    reader.get(annotation.skipped.back().name);
    reader.get(annotation.skipped.back().reason);
  }
  std::size_t n_columns = 0;
  for (reader.get(n_columns); annotation.columns.size() < n_columns;) {
    AnnotationColumn column;
    reader.get(column.name);
    reader.get(column.kind);
    reader.get(column.numbers);
    reader.get(column.codes);
    reader.get(column.text);
    reader.get(column.ordered);
    reader.get(column.missing);
    annotation.columns.push_back(std::move(column));
  }
  if (!is_sound(annotation)) fail_inconsistent();
  return annotation;
}

void put(WireWriter& writer, const CountFileContent& content) {
  writer.put(content.format);
  writer.put(content.assays);
  writer.put(content.assay);
  writer.put(content.place);
  writer.put(content.note);
  put_annotation(writer, content.cells);
  put_annotation(writer, content.genes);
}

CountFileContent get_content(WireReader& reader) {
  CountFileContent content;
  reader.get(content.format);
  reader.get(content.assays);
  reader.get(content.assay);
  reader.get(content.place);
  reader.get(content.note);
  content.cells = get_annotation(reader);
  content.genes = get_annotation(reader);
  return content;
}

void check_sizes(const h5::Group& root, const OpenCountFile& file) {
  const auto check = [&](const char* what, std::size_t n_names,
                         std::int64_t n) {
    if (static_cast<std::int64_t>(n_names) != n)
      throw FileError("\"" + root.file().name + "\" names " +
                      std::to_string(n_names) + " " + what +
                      ", but its matrix `" + file.content.assay + "` has " +
                      std::to_string(n) + ".");
  };
  check("cells", file.content.cells.names.size(), file.matrix->n_cells());
  check("genes", file.content.genes.names.size(), file.matrix->n_genes());
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMax = 20;
  std::string list;
  for (std::size_t i = 0; i < names.size() && i < kMax; ++i)
    list += (i ? ", " : "") + names[i];
  if (names.size() > kMax)
    list += " and " + std::to_string(names.size() - kMax) + " more";
  return names.empty() ? "nothing" : list;
}

}  // namespace scvigor
