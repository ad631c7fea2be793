#include "io/counts/count_file.hpp"

#include "io/counts/compressed_cells.hpp"
#include "io/isolation/isolated_reader.hpp"

namespace scvigor {

namespace {

CountFileContent describe(const std::string& path, const std::string& assay) {
  const h5::Group root = h5::open_file(path);
  if (is_h5ad(root)) return describe_h5ad(root, assay);
  if (is_tenx(root)) return describe_tenx(root, assay);
  throw FileError("\"" + path +
                  "\" is an HDF5 file, but neither an .h5ad (which has obs "
                  "and var) nor a 10x .h5 (which has matrix/barcodes): it "
                  "has " +
                  list_of(root.children()) + ".");
}

void stream_entries(const std::string& path, CountFileFormat format,
                    const std::string& assay, WireWriter& writer) {
  const h5::Group root = h5::open_file(path);
  const auto matrix = format == CountFileFormat::kH5ad
                          ? open_h5ad_matrix(root, assay)
                          : open_tenx_matrix(root, assay);
  matrix->stream([&](const Entries& block) {
    writer.put(true);
    writer.put(block.cells);
    writer.put(block.genes);
    writer.put(block.values);
  });
  writer.put(false);
}

bool get_entries(WireReader& reader, Entries& block) {
  bool more = false;
  reader.get(more);
  if (!more) return false;
  reader.get(block.cells);
  reader.get(block.genes);
  reader.get(block.values);
  if (block.cells.size() != block.values.size() ||
      block.genes.size() != block.values.size())
    throw FileError("The file changed while it was read.");
  return true;
}

}  // namespace

CountFileReader::CountFileReader(const std::string& path,
                                 const std::string& assay,
                                 const std::function<void()>& poll)
    : path_(path), bytes_(h5::check_file(path)) {
  IsolatedReader{path_, bytes_, poll}.run(
      [&](WireWriter& writer) { put(writer, describe(path_, assay)); },
      [&](WireReader& reader) { content_ = get_content(reader, path_); });
}

CountFile::Result CountFileReader::read(
    std::int32_t* indptr, std::int32_t* genes, double* values,
    const std::function<void()>& poll) const {
  CompressedCells cells(content_.indptr,
                        static_cast<std::int64_t>(content_.genes.names.size()),
                        genes, values);
  IsolatedReader{path_, bytes_, poll}.run(
      [&](WireWriter& writer) {
        stream_entries(path_, content_.format, content_.assay, writer);
      },
      [&](WireReader& reader) {
        for (Entries block; get_entries(reader, block);) cells.add(block);
      });
  CountFile::Result result;
  result.n_entries = cells.finish(indptr);
  for (std::int64_t k = 0; k < result.n_entries; ++k)
    if (!is_count(values[k]) && result.n_not_counts++ == 0)
      result.not_a_count = values[k];
  return result;
}

}  // namespace scvigor
