#ifndef SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_CONTENT_HPP
#define SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_CONTENT_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/counts/count_matrix.hpp"
#include "io/isolation/wire.hpp"
#include "scvigor/count_file.hpp"

namespace scvigor {

// All about a file but the entries of its matrix.
struct CountFileContent {
  CountFileFormat format = CountFileFormat::kH5ad;
  std::vector<std::string> assays;
  std::string assay;  // the chosen one
  Annotation cells;
  Annotation genes;
  std::vector<std::int32_t> indptr;  // how many entries each cell has
};

// From one process to the other. Reading throws a FileError about `file`
// unless all lengths and codes fit together.
void put(WireWriter& writer, const CountFileContent& content);
void put_annotation(WireWriter& writer, const Annotation& annotation);
Annotation get_annotation(WireReader& reader, const std::string& file);
CountFileContent get_content(WireReader& reader, const std::string& file);

// Two functions a format. `assay` is empty, or what the user asked for;
// open_*_matrix() takes what describe_*() chose.
bool is_h5ad(const h5::Group& root);
CountFileContent describe_h5ad(const h5::Group& root, const std::string& assay);
std::unique_ptr<CountMatrix> open_h5ad_matrix(const h5::Group& root,
                                              const std::string& assay);
bool is_tenx(const h5::Group& root);
CountFileContent describe_tenx(const h5::Group& root, const std::string& assay);
std::unique_ptr<CountMatrix> open_tenx_matrix(const h5::Group& root,
                                              const std::string& assay);

// A FileError unless the tables and the matrix have the same sizes.
void check_sizes(const h5::Group& root, const CountFileContent& content,
                 const CountMatrix& matrix);

// "X, layers/counts": for messages.
std::string list_of(const std::vector<std::string>& names);

}  // namespace scvigor

#endif
