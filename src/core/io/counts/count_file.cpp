#include "scvigor/count_file.hpp"

#include "io/counts/compressed_cells.hpp"
#include "io/counts/count_file_content.hpp"
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

class CountFile::Impl {
 public:
  Impl(const std::string& path, const std::string& assay,
       const std::function<void()>& poll)
      : path_(path), bytes_(h5::check_file(path)) {
    IsolatedReader{path_, bytes_, poll}.run(
        [&](WireWriter& writer) { put(writer, describe(path_, assay)); },
        [&](WireReader& reader) { content_ = get_content(reader, path_); });
  }

  const CountFileContent& content() const { return content_; }

  std::int64_t read(std::int32_t* indptr, std::int32_t* genes, double* values,
                    const std::function<void()>& poll) const {
    CompressedCells cells(
        content_.indptr, static_cast<std::int64_t>(content_.genes.names.size()),
        genes, values);
    IsolatedReader{path_, bytes_, poll}.run(
        [&](WireWriter& writer) {
          stream_entries(path_, content_.format, content_.assay, writer);
        },
        [&](WireReader& reader) {
          for (Entries block; get_entries(reader, block);) cells.add(block);
        });
    return cells.finish(indptr);
  }

 private:
  std::string path_;
  std::int64_t bytes_;
  CountFileContent content_;
};

CountFile::CountFile(const std::string& path, const std::string& assay,
                     const std::function<void()>& poll)
    : impl_(std::make_unique<Impl>(path, assay, poll)) {}
CountFile::CountFile(CountFile&&) noexcept = default;
CountFile& CountFile::operator=(CountFile&&) noexcept = default;
CountFile::~CountFile() = default;

CountFileFormat CountFile::format() const { return impl_->content().format; }
const std::string& CountFile::assay() const { return impl_->content().assay; }
const std::vector<std::string>& CountFile::assays() const {
  return impl_->content().assays;
}
std::int64_t CountFile::n_cells() const {
  return static_cast<std::int64_t>(cells().names.size());
}
std::int64_t CountFile::n_genes() const {
  return static_cast<std::int64_t>(genes().names.size());
}
std::int64_t CountFile::n_entries() const {
  return impl_->content().indptr.back();
}
const Annotation& CountFile::cells() const { return impl_->content().cells; }
const Annotation& CountFile::genes() const { return impl_->content().genes; }

CountFile::Result CountFile::read(std::int32_t* indptr, std::int32_t* genes,
                                  double* values,
                                  const std::function<void()>& poll) const {
  Result result;
  result.n_entries = impl_->read(indptr, genes, values, poll);
  for (std::int64_t k = 0; k < result.n_entries; ++k)
    if (!is_count(values[k]) && result.n_not_counts++ == 0)
      result.not_a_count = values[k];
  return result;
}

}  // namespace scvigor
