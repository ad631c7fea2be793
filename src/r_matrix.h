#ifndef SCVIGOR_R_MATRIX_H
#define SCVIGOR_R_MATRIX_H

// Row-major arrays of the core and of files <-> R's column-major arrays of the
// same shape. Compiled once, in r_matrix.cpp: Eigen's headers are large.

#include <Rcpp.h>

#include <cstdint>
#include <vector>

#include "scvigor/inference.hpp"

namespace scvigor {
namespace r {

using Shape = std::vector<std::int64_t>;

// For double and int. A shape of at most one dimension is copied as it is.
template <class T>
void to_column_major(const Shape& shape, const T* from, T* to);
template <class T>
void to_row_major(const Shape& shape, const T* from, T* to);

Rcpp::NumericMatrix to_r_matrix(const double* values, std::int64_t n_rows,
                                std::int64_t n_cols);
inline Rcpp::NumericMatrix to_r_matrix(const Matrix& matrix) {
  return to_r_matrix(matrix.values.data(), matrix.n_rows, matrix.n_cols);
}

// Positions from 0 -> R's, from 1.
Rcpp::IntegerMatrix to_r_positions(const std::vector<std::int64_t>& positions,
                                   std::int64_t n_rows, std::int64_t n_cols);

// mean += values / n
void add_to_mean(const double* values, std::int64_t n,
                 std::vector<double>& mean);

}  // namespace r
}  // namespace scvigor

#endif
