#ifndef SCVIGOR_R_ANNOTATION_H
#define SCVIGOR_R_ANNOTATION_H

// Text and tables of files -> R vectors.

#include <Rcpp.h>

#include <string>
#include <vector>

#include "scvigor/count_file.hpp"

namespace scvigor {
namespace r {

inline Rcpp::CharacterVector to_r_text(const std::vector<std::string>& text) {
  Rcpp::CharacterVector out(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    SET_STRING_ELT(out, i, Rf_mkCharCE(text[i].c_str(), CE_UTF8));
  return out;
}

inline const char* name_of(CountFileFormat format) {
  switch (format) {
    case CountFileFormat::kTenx:
      return "10x";
    case CountFileFormat::kH5mu:
      return "h5mu";
    case CountFileFormat::kMatrixMarket:
      return "mtx";
    default:
      return "h5ad";
  }
}

// A vector, or a factor; NA where the file has no value.
inline SEXP to_r_column(const AnnotationColumn& column) {
  using Kind = AnnotationColumn::Kind;
  const auto is_missing = [&](R_xlen_t i) {
    return !column.missing.empty() && column.missing[i] != 0;
  };
  if (column.kind == Kind::kNumber) {
    Rcpp::NumericVector out = Rcpp::wrap(column.numbers);
    for (R_xlen_t i = 0; i < out.size(); ++i)
      if (is_missing(i)) out[i] = NA_REAL;
    return out;
  }
  if (column.kind == Kind::kText) {
    Rcpp::CharacterVector out = to_r_text(column.text);
    for (R_xlen_t i = 0; i < out.size(); ++i)
      if (is_missing(i)) out[i] = NA_STRING;
    return out;
  }
  Rcpp::IntegerVector out = Rcpp::wrap(column.codes);
  const int first = column.kind == Kind::kFactor ? 1 : 0;
  for (R_xlen_t i = 0; i < out.size(); ++i)
    out[i] = is_missing(i) ? NA_INTEGER : out[i] + first;
  if (column.kind == Kind::kLogical) return Rcpp::LogicalVector(out);
  if (column.kind == Kind::kFactor) {
    out.attr("levels") = to_r_text(column.text);
    out.attr("class") = column.ordered
                            ? Rcpp::CharacterVector::create("ordered", "factor")
                            : Rcpp::CharacterVector::create("factor");
  }
  return out;
}

inline Rcpp::List to_r_annotation(const Annotation& annotation) {
  Rcpp::List columns(annotation.columns.size());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < annotation.columns.size(); ++i) {
    columns[i] = to_r_column(annotation.columns[i]);
    names.push_back(annotation.columns[i].name);
  }
  columns.names() = to_r_text(names);
  std::vector<std::string> skipped, reasons;
  for (const SkippedColumn& column : annotation.skipped) {
    skipped.push_back(column.name);
    reasons.push_back(column.reason);
  }
  Rcpp::CharacterVector why = to_r_text(reasons);
  why.names() = to_r_text(skipped);
  using Rcpp::Named;
  return Rcpp::List::create(Named("names") = to_r_text(annotation.names),
                            Named("columns") = columns, Named("skipped") = why);
}

}  // namespace r
}  // namespace scvigor

#endif
