#ifndef SCVIGOR_CORE_IO_COUNTS_H5AD_COLUMN_HPP
#define SCVIGOR_CORE_IO_COUNTS_H5AD_COLUMN_HPP

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/h5_dataset.hpp"
#include "scvigor/count_file.hpp"

namespace scvigor {

// Adds what `read` returns as a column of that name. What cannot be read, or
// does not have a value for each row, is skipped and named: one column is no
// reason to lose a file.
void add_column(Annotation& table, const std::string& name,
                const h5::Node& source,
                const std::function<AnnotationColumn()>& read);

// Column `name` of a dataframe, in any of AnnData's encodings.
AnnotationColumn read_column(const h5::Group& table, const std::string& name);

// The values of a dataset of one dimension, or of none: a single one.
AnnotationColumn read_values(const h5::Dataset& data);

// Codes that count from 0, -1 for missing, and what they stand for.
AnnotationColumn read_factor(const h5::Dataset& codes,
                             const AnnotationColumn& categories, bool ordered);

// The values as text: numbers in the shortest form that tells them apart, ""
// where missing.
std::vector<std::string> as_text(const AnnotationColumn& column);

std::int64_t n_values(const AnnotationColumn& column);

}  // namespace scvigor

#endif
