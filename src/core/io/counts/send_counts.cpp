#include "io/counts/send_counts.hpp"

#include <algorithm>
#include <filesystem>

#include "io/counts/foreign_hdf5.hpp"
#include "io/counts/matrix_market.hpp"

namespace scvigor {

namespace {

using Layout = CountLocation::Layout;

OpenCountFile open_count_file(const CountLocation& location) {
  if (is_matrix_market(location.path))
    return open_matrix_market(location.path, location.matrix);
  const h5::Group root = h5::open_file(location.path);
  if (is_mudata(root)) return open_mudata(root, location.matrix);
  if (is_h5ad(root)) return open_h5ad(root, location.matrix);
  if (is_tenx(root)) return open_tenx(root, location.matrix);
  fail_foreign(root);
}

OpenCountFile open_location(const CountLocation& location) {
  if (location.layout == Layout::kCountFile) return open_count_file(location);
  const h5::Group root = h5::open_file(location.path);
  OpenCountFile file;
  file.content.assay = file.content.place = location.matrix;
  file.matrix = location.layout == Layout::kDense
                    ? open_dense(root, location.matrix)
                    : open_sparse(root.group(location.matrix), location.n_cells,
                                  location.n_genes,
                                  location.layout == Layout::kSparseByCells);
  return file;
}

void check_counts(const EntryBlock& block, const std::string& path,
                  const CountFileContent& content) {
  for (const double value : block.values)
    if (!is_count(value)) fail_without_counts(path, content.assays);
}

bool is_sound(const CountHeader& header) {
  const auto fits = [](const Annotation& table, std::int64_t n) {
    return table.names.empty() ||
           static_cast<std::int64_t>(table.names.size()) == n;
  };
  constexpr std::int64_t kMax = std::int64_t{1} << 31;
  return header.n_cells >= 0 && header.n_cells < kMax && header.n_genes >= 0 &&
         header.n_genes < kMax && fits(header.content.cells, header.n_cells) &&
         fits(header.content.genes, header.n_genes) &&
         header.order.layout >= Layout::kCountFile &&
         header.order.layout <= Layout::kDense &&
         header.order.cells_at_once >= 1 && header.order.max_entries >= 0;
}

}  // namespace

FileToRead check_location(const CountLocation& location) {
  if (location.layout == Layout::kCountFile &&
      is_matrix_market(location.path)) {
    const std::string path = matrix_path(location.path);
    return {path, static_cast<std::int64_t>(std::filesystem::file_size(path))};
  }
  return {location.path, h5::check_file(location.path)};
}

void send_counts(const CountLocation& location, WireWriter& writer) {
  const OpenCountFile file = open_location(location);
  put(writer, file.content);
  writer.put(file.matrix->n_cells());
  writer.put(file.matrix->n_genes());
  EntryOrder order = file.matrix->order();
  order.cells_at_once = std::max<std::int64_t>(1, order.cells_at_once);
  writer.put(order);
  writer.flush();
  file.matrix->stream([&](const EntryBlock& block) {
    const PackedBlock packed(block);
    if (file.must_hold_counts && !packed.values.are_counts())
      check_counts(block, location.path, file.content);
    writer.put(true);
    put(writer, packed);
  });
  writer.put(false);
}

CountHeader get_header(WireReader& reader) {
  CountHeader header;
  header.content = get_content(reader);
  reader.get(header.n_cells);
  reader.get(header.n_genes);
  reader.get(header.order);
  if (!is_sound(header)) fail_inconsistent();
  return header;
}

bool has_block(WireReader& reader) {
  bool more = false;
  reader.get(more);
  return more;
}

}  // namespace scvigor
