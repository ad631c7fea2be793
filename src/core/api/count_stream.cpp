#include "scvigor/count_stream.hpp"

#include "data/count_stream.hpp"

namespace scvigor {

class CountStream::Impl : public core::CountStreamReader {
 public:
  using core::CountStreamReader::CountStreamReader;
};

CountStream::CountStream(const CountLocation& location,
                         const std::string& temporary_folder,
                         const std::function<void()>& poll)
    : impl_(std::make_unique<Impl>(location, temporary_folder, poll)) {}
CountStream::CountStream(CountStream&&) noexcept = default;
CountStream& CountStream::operator=(CountStream&&) noexcept = default;
CountStream::~CountStream() = default;

std::int64_t CountStream::n_cells() const { return impl_->header().n_cells; }
std::int64_t CountStream::n_genes() const { return impl_->header().n_genes; }
std::int64_t CountStream::max_entries() const {
  return impl_->header().order.max_entries;
}
const std::string& CountStream::place() const {
  return impl_->header().content.place;
}
CountLocation::Layout CountStream::layout() const {
  return impl_->header().order.layout;
}
CountFileFormat CountStream::format() const {
  return impl_->header().content.format;
}
const std::string& CountStream::assay() const {
  return impl_->header().content.assay;
}
const std::string& CountStream::note() const {
  return impl_->header().content.note;
}
const Annotation& CountStream::cells() const {
  return impl_->header().content.cells;
}
const Annotation& CountStream::genes() const {
  return impl_->header().content.genes;
}

void CountStream::keep(const std::vector<std::int8_t>& cells,
                       const std::vector<std::int8_t>& genes) {
  impl_->keep(cells, genes);
}
bool CountStream::next(CsrBlock& block) { return impl_->next(block); }
const CountStream::NotCounts& CountStream::not_counts() const {
  return impl_->not_counts();
}

}  // namespace scvigor
