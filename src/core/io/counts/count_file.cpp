#include "io/counts/count_file.hpp"

#include "io/counts/foreign_hdf5.hpp"
#include "io/isolation/isolated_reader.hpp"

namespace scvigor {

namespace {

OpenCountFile open_counts(const std::string& path, const std::string& assay) {
  const h5::Group root = h5::open_file(path);
  if (is_mudata(root)) return open_mudata(root, assay);
  if (is_h5ad(root)) return open_h5ad(root, assay);
  if (is_tenx(root)) return open_tenx(root, assay);
  fail_foreign(root);
}

void check_counts(const EntryBlock& block, const std::string& path,
                  const CountFileContent& content) {
  for (const double value : block.values)
    if (!is_count(value)) fail_without_counts(path, content.assays);
}

void send_counts(const std::string& path, const std::string& assay,
                 WireWriter& writer) {
  const OpenCountFile file = open_counts(path, assay);
  put(writer, file.content);
  file.matrix->stream([&](const EntryBlock& block) {
    const PackedBlock packed(block);
    if (file.must_hold_counts && !packed.values.are_counts())
      check_counts(block, path, file.content);
    writer.put(true);
    put(writer, packed);
  });
  writer.put(false);
}

bool has_more(WireReader& reader) {
  bool more = false;
  reader.get(more);
  return more;
}

}  // namespace

CountFileReader::CountFileReader(const std::string& path,
                                 const std::string& assay,
                                 const std::function<void()>& poll) {
  const std::int64_t n_bytes = h5::check_file(path);
  IsolatedReader{path, n_bytes, poll}.run(
      [&](WireWriter& writer) { send_counts(path, assay, writer); },
      [&](WireReader& reader) {
        content_ = get_content(reader);
        entries_ =
            CsrBuilder(static_cast<std::int64_t>(content_.cells.names.size()),
                       static_cast<std::int64_t>(content_.genes.names.size()));
        while (has_more(reader)) entries_.add(get_block(reader));
      });
}

CountFile::Result CountFileReader::read(std::int32_t* indptr,
                                        std::int32_t* genes,
                                        double* values) const {
  CountFile::Result result;
  result.n_entries = entries_.write(indptr, genes, values);
  for (std::int64_t k = 0; k < result.n_entries; ++k)
    if (!is_count(values[k]) && result.n_not_counts++ == 0)
      result.not_a_count = values[k];
  return result;
}

}  // namespace scvigor
