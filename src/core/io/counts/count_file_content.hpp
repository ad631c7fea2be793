#ifndef SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_CONTENT_HPP
#define SCVIGOR_CORE_IO_COUNTS_COUNT_FILE_CONTENT_HPP

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
  std::string place;  // of its matrix in an HDF5 file
  std::string note;   // why, where that is not plain; for the user
  Annotation cells;
  Annotation genes;
};

// From one process to the other. Reading throws a FileError unless all lengths
// and codes fit together.
void put(WireWriter& writer, const CountFileContent& content);
void put_annotation(WireWriter& writer, const Annotation& annotation);
Annotation get_annotation(WireReader& reader);
CountFileContent get_content(WireReader& reader);

// A file in the process that reads it.
struct OpenCountFile {
  CountFileContent content;
  std::unique_ptr<CountMatrix> matrix;
  // Values that are not counts are an error: the user did not ask for this
  // matrix.
  bool must_hold_counts = false;
};

// Two functions for each format. `assay` is empty, or what the user asked for.
bool is_h5ad(const h5::Group& root);
OpenCountFile open_h5ad(const h5::Group& root, const std::string& assay);
bool is_tenx(const h5::Group& root);
OpenCountFile open_tenx(const h5::Group& root, const std::string& assay);
bool is_mudata(const h5::Group& root);
OpenCountFile open_mudata(const h5::Group& root, const std::string& assay);

// Throws the FileError about an .h5ad file without counts.
[[noreturn]] void fail_without_counts(const std::string& file,
                                      const std::vector<std::string>& assays);

// A FileError unless the tables and the matrix have the same sizes.
void check_sizes(const h5::Group& root, const OpenCountFile& file);

// "X, layers/counts": for messages.
std::string list_of(const std::vector<std::string>& names);

}  // namespace scvigor

#endif
