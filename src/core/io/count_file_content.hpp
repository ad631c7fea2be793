#ifndef SCVIGOR_CORE_IO_COUNT_FILE_CONTENT_HPP
#define SCVIGOR_CORE_IO_COUNT_FILE_CONTENT_HPP

#include <memory>
#include <string>
#include <vector>

#include "count_matrix.hpp"
#include "scvigor/count_file.hpp"

namespace scvigor {

// An open file and what was chosen in it.
struct CountFileContent {
  CountFileFormat format = CountFileFormat::kH5ad;
  std::vector<std::string> assays;
  std::string assay;
  Annotation cells;
  Annotation genes;
  std::unique_ptr<CountMatrix> matrix;
};

// One function a format. `assay` is empty, or what the user asked for.
bool is_h5ad(const h5::Group& root);
CountFileContent open_h5ad(const h5::Group& root, const std::string& assay,
                           const Poll& poll);
bool is_tenx(const h5::Group& root);
CountFileContent open_tenx(const h5::Group& root, const std::string& assay);

// "X, layers/counts": for messages.
std::string list_of(const std::vector<std::string>& names);

}  // namespace scvigor

#endif
