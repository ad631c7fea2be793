#ifndef SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_HPP
#define SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_HPP

#include <cstdint>
#include <functional>
#include <string>

#include "io/counts/count_file_content.hpp"
#include "io/counts/csr_builder.hpp"

namespace scvigor {

// What CountFile does; see scvigor/count_file.hpp.
class CountFileReader {
 public:
  CountFileReader(const std::string& path, const std::string& assay,
                  const std::function<void()>& poll);

  const CountFileContent& content() const { return content_; }
  std::int64_t n_cells() const { return n_cells_; }
  std::int64_t n_genes() const { return n_genes_; }
  std::int64_t n_entries() const { return entries_.n_entries(); }
  CountFile::Result read(std::int32_t* indptr, std::int32_t* genes,
                         double* values) const;

 private:
  CountFileContent content_;
  std::int64_t n_cells_ = 0;
  std::int64_t n_genes_ = 0;
  CsrBuilder entries_;
};

}  // namespace scvigor

#endif
