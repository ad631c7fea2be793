#include "r_matrix.h"

#include <Eigen/Core>
#include <algorithm>
#include <numeric>

namespace scvigor {
namespace r {
namespace {

template <class T>
using RowMajor =
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using ColumnMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

std::int64_t size_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1},
                         std::multiplies<>());
}

// Calls move(row_major, column_major) with the offsets of every element of an
// array with any number of dimensions.
template <class Move>
void for_each_element(const Shape& shape, Move move) {
  std::vector<std::int64_t> stride;
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    stride.push_back(size);
    size *= extent;
  }
  Shape index(shape.size(), 0);
  std::int64_t column_major = 0;
  for (std::int64_t row_major = 0; row_major < size; ++row_major) {
    move(row_major, column_major);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      column_major += stride[axis];
      if (++index[axis] < shape[axis]) break;
      column_major -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

template <class T>
void to_column_major(const Shape& shape, const T* from, T* to) {
  if (shape.size() < 2) {
    std::copy_n(from, size_of(shape), to);
  } else if (shape.size() == 2) {
    Eigen::Map<ColumnMajor<T>>(to, shape[0], shape[1]) =
        Eigen::Map<const RowMajor<T>>(from, shape[0], shape[1]);
  } else {
    for_each_element(shape,
                     [&](std::int64_t row_major, std::int64_t column_major) {
                       to[column_major] = from[row_major];
                     });
  }
}

template <class T>
void to_row_major(const Shape& shape, const T* from, T* to) {
  // The row-major array is the column-major one of the reversed dimensions.
  if (shape.size() <= 2) {
    to_column_major(Shape(shape.rbegin(), shape.rend()), from, to);
  } else {
    for_each_element(shape,
                     [&](std::int64_t row_major, std::int64_t column_major) {
                       to[row_major] = from[column_major];
                     });
  }
}

template void to_column_major(const Shape&, const double*, double*);
template void to_column_major(const Shape&, const int*, int*);
template void to_row_major(const Shape&, const double*, double*);
template void to_row_major(const Shape&, const int*, int*);

Rcpp::NumericMatrix to_r_matrix(const double* values, std::int64_t n_rows,
                                std::int64_t n_cols) {
  Rcpp::NumericMatrix out(
      Rcpp::no_init(static_cast<int>(n_rows), static_cast<int>(n_cols)));
  to_column_major<double>({n_rows, n_cols}, values, out.begin());
  return out;
}

Rcpp::IntegerMatrix to_r_positions(const std::vector<std::int64_t>& positions,
                                   std::int64_t n_rows, std::int64_t n_cols) {
  Rcpp::IntegerMatrix out(
      Rcpp::no_init(static_cast<int>(n_rows), static_cast<int>(n_cols)));
  Eigen::Map<ColumnMajor<int>>(out.begin(), n_rows, n_cols) =
      (Eigen::Map<const RowMajor<std::int64_t>>(positions.data(), n_rows,
                                                n_cols)
           .array() +
       1)
          .cast<int>();
  return out;
}

void add_to_mean(const double* values, std::int64_t n,
                 std::vector<double>& mean) {
  const auto size = static_cast<Eigen::Index>(mean.size());
  Eigen::Map<Eigen::ArrayXd>(mean.data(), size) +=
      Eigen::Map<const Eigen::ArrayXd>(values, size) / static_cast<double>(n);
}

}  // namespace r
}  // namespace scvigor
