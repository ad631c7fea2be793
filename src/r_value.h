#ifndef SCVIGOR_R_VALUE_H
#define SCVIGOR_R_VALUE_H

// R values <-> the values of a model file or checkpoint. R stores arrays by
// columns, files by rows. An R attribute "h5" becomes attributes of the dataset
// or group.

#include <Rcpp.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "r_convert.h"
#include "r_text.h"
#include "scvigor/model_file.hpp"

namespace scvigor {
namespace r {

inline std::vector<std::string> to_utf8_text(SEXP text) {
  std::vector<std::string> out;
  for (R_xlen_t i = 0; i < Rf_xlength(text); ++i)
    out.emplace_back(to_utf8(STRING_ELT(text, i)));
  return out;
}

inline SEXP to_r_string(const std::string& text) {
  return Rf_mkCharLenCE(text.data(), static_cast<int>(text.size()), CE_UTF8);
}

// Elements of R's array in the order of the file.
template <class T>
std::vector<T> by_rows(const Shape& shape, const T* values, R_xlen_t n) {
  std::vector<T> out(values, values + n);
  if (shape.size() > 1) to_row_major(shape, values, out.data());
  return out;
}

inline FileValue value_from_r(SEXP given);

inline FileValue list_from_r(SEXP given) {
  FileValue value;
  value.kind = FileValue::Kind::kList;
  for (R_xlen_t i = 0; i < Rf_xlength(given); ++i)
    value.members.push_back(value_from_r(VECTOR_ELT(given, i)));
  const SEXP names = Rf_getAttrib(given, R_NamesSymbol);
  if (!Rf_isNull(names)) value.names = to_utf8_text(names);
  return value;
}

inline FileValue vector_from_r(SEXP given) {
  using Kind = FileValue::Kind;
  FileValue value;
  const SEXP dim = Rf_getAttrib(given, R_DimSymbol);
  if (!Rf_isNull(dim))
    value.shape.assign(INTEGER(dim), INTEGER(dim) + Rf_xlength(dim));
  const R_xlen_t n = Rf_xlength(given);
  switch (TYPEOF(given)) {
    case LGLSXP:
      value.kind = Kind::kLogical;
      value.whole = by_rows(value.shape, LOGICAL(given), n);
      return value;
    case INTSXP:
      value.kind = Kind::kInteger;
      value.whole = by_rows(value.shape, INTEGER(given), n);
      return value;
    case REALSXP:
      value.kind = Kind::kNumber;
      value.numbers = by_rows(value.shape, REAL(given), n);
      return value;
    case RAWSXP: {
      value.kind = Kind::kBytes;
      const std::vector<int> bytes(RAW(given), RAW(given) + n);
      value.whole = by_rows(value.shape, bytes.data(), n);
      return value;
    }
    case STRSXP:
      value.kind = Kind::kText;
      value.text = to_utf8_text(given);
      for (R_xlen_t i = 0; i < n; ++i)
        value.missing.push_back(STRING_ELT(given, i) == NA_STRING);
      return value;
    default:
      Rcpp::stop("A file cannot hold a value of type %s.",
                 Rf_type2char(TYPEOF(given)));
  }
}

inline FileValue value_from_r(SEXP given) {
  if (Rf_isNull(given)) return FileValue();
  FileValue value =
      TYPEOF(given) == VECSXP ? list_from_r(given) : vector_from_r(given);
  const SEXP attributes = Rf_getAttrib(given, Rf_install("h5"));
  if (!Rf_isNull(attributes)) {
    FileValue list = list_from_r(attributes);
    for (std::size_t i = 0; i < list.members.size(); ++i)
      value.attributes.emplace_back(list.names[i], std::move(list.members[i]));
  }
  return value;
}

// Elements of the file in the order of R's array.
template <class Vector, class T>
Vector by_columns(const FileValue& value, const std::vector<T>& values) {
  Vector out(values.begin(), values.end());
  if (value.shape.size() > 1)
    to_column_major(value.shape, values.data(), out.begin());
  if (!value.shape.empty()) {
    Rcpp::IntegerVector dim(value.shape.begin(), value.shape.end());
    out.attr("dim") = dim;
  }
  return out;
}

inline Rcpp::RawVector bytes_to_r(const FileValue& value) {
  const auto bytes = by_columns<Rcpp::IntegerVector>(value, value.whole);
  Rcpp::RawVector out(bytes.size());
  std::transform(bytes.begin(), bytes.end(), out.begin(),
                 [](int byte) { return static_cast<Rbyte>(byte); });
  out.attr("dim") = bytes.attr("dim");
  return out;
}

inline SEXP value_to_r(const FileValue& value) {
  using Kind = FileValue::Kind;
  switch (value.kind) {
    case Kind::kNull:
      return R_NilValue;
    case Kind::kLogical:
      return by_columns<Rcpp::LogicalVector>(value, value.whole);
    case Kind::kInteger:
      return by_columns<Rcpp::IntegerVector>(value, value.whole);
    case Kind::kNumber:
      return by_columns<Rcpp::NumericVector>(value, value.numbers);
    case Kind::kBytes:
      return bytes_to_r(value);
    case Kind::kText: {
      Rcpp::CharacterVector out(value.text.size());
      for (std::size_t i = 0; i < value.text.size(); ++i)
        SET_STRING_ELT(out, i,
                       !value.missing.empty() && value.missing[i]
                           ? NA_STRING
                           : to_r_string(value.text[i]));
      return out;
    }
    default:
      break;
  }
  Rcpp::List out(value.members.size());
  for (std::size_t i = 0; i < value.members.size(); ++i)
    out[i] = value_to_r(value.members[i]);
  if (!value.names.empty()) {
    Rcpp::CharacterVector names(value.names.size());
    for (std::size_t i = 0; i < value.names.size(); ++i)
      SET_STRING_ELT(names, i, to_r_string(value.names[i]));
    out.names() = names;
  }
  return out;
}

}  // namespace r
}  // namespace scvigor

#endif
