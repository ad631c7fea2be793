#ifndef SCVIGOR_CORE_IO_COUNTS_H5AD_TABLE_HPP
#define SCVIGOR_CORE_IO_COUNTS_H5AD_TABLE_HPP

#include <string>

#include "io/hdf5/h5.hpp"
#include "scvigor/count_file.hpp"

namespace scvigor {

// The dataframe `name` ("obs", "var", "raw/var") of an .h5ad file: a group of
// columns, or the array of structs that AnnData wrote before 0.7.
Annotation read_table(const h5::Group& root, const std::string& name);

}  // namespace scvigor

#endif
