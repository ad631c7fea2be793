#ifndef SCVIGOR_CORE_IO_COUNTS_H5AD_COLUMN_HPP
#define SCVIGOR_CORE_IO_COUNTS_H5AD_COLUMN_HPP

#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"
#include "scvigor/count_file.hpp"

namespace scvigor {

// Column `name` of a dataframe of `n_rows` rows, in any of AnnData's
// encodings; empty where the encoding is none of one column of values.
std::optional<AnnotationColumn> read_column(const h5::Group& table,
                                            const std::string& name,
                                            std::int64_t n_rows);

// A one-dimensional dataset as it is.
std::optional<AnnotationColumn> read_values(const h5::Dataset& data);

// Codes that count from 0, -1 for missing, and the names of the codes.
AnnotationColumn read_factor(const h5::Dataset& codes,
                             std::vector<std::string> levels, bool ordered);

// The values as text: numbers in their shortest form, "" where missing.
std::vector<std::string> as_text(const AnnotationColumn& column);

}  // namespace scvigor

#endif
