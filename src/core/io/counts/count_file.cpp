#include "io/counts/count_file.hpp"

#include "io/counts/send_counts.hpp"
#include "io/isolation/isolated_reader.hpp"
#include "util/file_stamp.hpp"

namespace scvigor {

CountFileReader::CountFileReader(const std::string& path,
                                 const std::string& assay,
                                 const std::function<void()>& poll) {
  const CountLocation location{path, CountLocation::Layout::kCountFile, assay};
  const FileToRead file = check_location(location);
  const FileStamp stamp(file.path);
  IsolatedReader{path, file.bytes, poll}.run(
      [&](WireWriter& writer) { send_counts(location, writer); },
      [&](WireReader& reader) {
        CountHeader header = get_header(reader);
        CsrBuilder::check_size(header.order);
        content_ = std::move(header.content);
        n_cells_ = header.n_cells;
        n_genes_ = header.n_genes;
        entries_ = CsrBuilder(n_cells_, n_genes_);
        while (has_block(reader)) entries_.add(get_block(reader));
      });
  stamp.check();
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
