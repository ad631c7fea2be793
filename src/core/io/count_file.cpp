#include "scvigor/count_file.hpp"

#include "count_file_content.hpp"
#include "forked.hpp"

namespace scvigor {

namespace {

CountFileContent open_content(const std::string& path,
                              const std::string& assay, const Poll& poll) {
  const h5::Group root = h5::open_file(path);
  CountFileContent content;
  if (is_h5ad(root)) {
    content = open_h5ad(root, assay, poll);
  } else if (is_tenx(root)) {
    content = open_tenx(root, assay);
  } else {
    throw FileError("\"" + path +
                    "\" is an HDF5 file, but neither an .h5ad (which has obs "
                    "and var) nor a 10x .h5 (which has matrix/barcodes): it "
                    "has " + list_of(root.children()) + ".");
  }
  const auto check = [&](const char* what, std::size_t n_names,
                         std::int64_t n) {
    if (static_cast<std::int64_t>(n_names) != n)
      throw FileError("\"" + path + "\" names " + std::to_string(n_names) +
                      " " + what + ", but its matrix `" + content.assay +
                      "` has " + std::to_string(n) + ".");
  };
  check("cells", content.cells.names.size(), content.matrix->n_cells());
  check("genes", content.genes.names.size(), content.matrix->n_genes());
  return content;
}

}  // namespace

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 20;
  std::string list;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i)
    list += (i ? ", " : "") + names[i];
  if (names.size() > kMost)
    list += " and " + std::to_string(names.size() - kMost) + " more";
  return names.empty() ? "nothing" : list;
}

class CountFile::Impl {
 public:
  Impl(const std::string& path, const std::string& assay, const Poll& poll)
      : content(open_content(path, rehearse(path, assay, poll), poll)) {}

  const CountFileContent content;

 private:
  // Reads all of the file in a copy of the process; returns what to read.
  static std::string rehearse(const std::string& path,
                              const std::string& assay, const Poll& poll) {
    const auto work = [&] {
      const CountFileContent all = open_content(path, assay, {});
      if (!assay.empty() || all.format == CountFileFormat::kTenx)
        all.matrix->rehearse(false, {});
      return all.assay;
    };
    return run_forked(work,
                      "\"" + path +
                          "\" is damaged: the HDF5 library crashes on it.",
                      poll)
        .value_or(assay);
  }
};

CountFile::CountFile(const std::string& path, const std::string& assay,
                     const std::function<void()>& poll)
    : impl_(std::make_unique<Impl>(path, assay, poll)) {}
CountFile::CountFile(CountFile&&) noexcept = default;
CountFile& CountFile::operator=(CountFile&&) noexcept = default;
CountFile::~CountFile() = default;

CountFileFormat CountFile::format() const { return impl_->content.format; }
const std::string& CountFile::assay() const { return impl_->content.assay; }
const std::vector<std::string>& CountFile::assays() const {
  return impl_->content.assays;
}
std::int64_t CountFile::n_cells() const {
  return impl_->content.matrix->n_cells();
}
std::int64_t CountFile::n_genes() const {
  return impl_->content.matrix->n_genes();
}
const Annotation& CountFile::cells() const { return impl_->content.cells; }
const Annotation& CountFile::genes() const { return impl_->content.genes; }

std::int64_t CountFile::n_entries(const std::function<void()>& poll) const {
  return impl_->content.matrix->n_entries(poll);
}

CountFile::Result CountFile::read(std::int32_t* indptr, std::int32_t* genes,
                                  double* values,
                                  const std::function<void()>& poll) const {
  Result result;
  result.n_entries =
      impl_->content.matrix->read({indptr, genes, values}, poll);
  for (std::int64_t k = 0; k < result.n_entries; ++k)
    if (!is_count(values[k]) && result.n_not_counts++ == 0)
      result.not_a_count = values[k];
  return result;
}

}  // namespace scvigor
