#ifndef SCVIGOR_CORE_IO_COUNTS_MATRIX_MARKET_HPP
#define SCVIGOR_CORE_IO_COUNTS_MATRIX_MARKET_HPP

#include <string>

#include "io/counts/count_file_content.hpp"

namespace scvigor {

// A Matrix Market file of genes x cells, or a folder with matrix.mtx,
// barcodes.tsv and features.tsv or genes.tsv, as Cell Ranger, STARsolo and
// others write it; each may be compressed by gzip.
bool is_matrix_market(const std::string& path);
// The matrix of a folder, "" where it has none; any other path as it is.
std::string matrix_path(const std::string& path);
// `assay` must be empty: there is one matrix only.
OpenCountFile open_matrix_market(const std::string& path,
                                 const std::string& assay);

}  // namespace scvigor

#endif
