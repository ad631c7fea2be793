#include "scvigor/count_file.hpp"

#include "io/counts/count_file.hpp"

namespace scvigor {

class CountFile::Impl : public CountFileReader {
 public:
  using CountFileReader::CountFileReader;
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
const std::string& CountFile::note() const { return impl_->content().note; }
std::int64_t CountFile::n_cells() const { return impl_->n_cells(); }
std::int64_t CountFile::n_genes() const { return impl_->n_genes(); }
std::int64_t CountFile::n_entries() const { return impl_->n_entries(); }
const Annotation& CountFile::cells() const { return impl_->content().cells; }
const Annotation& CountFile::genes() const { return impl_->content().genes; }

CountFile::Result CountFile::read(std::int32_t* indptr, std::int32_t* genes,
                                  double* values) const {
  return impl_->read(indptr, genes, values);
}

}  // namespace scvigor
