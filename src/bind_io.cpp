#include <Rcpp.h>

#include <algorithm>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/count_file.hpp"

using scvigor::AnnotationColumn;
using scvigor::r::guarded;

namespace {

Rcpp::CharacterVector to_r_text(const std::vector<std::string>& text) {
  Rcpp::CharacterVector out(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    SET_STRING_ELT(out, i, Rf_mkCharCE(text[i].c_str(), CE_UTF8));
  return out;
}

// A vector, or a factor; NA where the file has no value.
SEXP to_r_column(const AnnotationColumn& column) {
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
    out.attr("class") =
        column.ordered ? Rcpp::CharacterVector::create("ordered", "factor")
                       : Rcpp::CharacterVector::create("factor");
  }
  return out;
}

Rcpp::List to_r_annotation(const scvigor::Annotation& annotation) {
  Rcpp::List columns(annotation.columns.size());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < annotation.columns.size(); ++i) {
    columns[i] = to_r_column(annotation.columns[i]);
    names.push_back(annotation.columns[i].name);
  }
  columns.names() = to_r_text(names);
  using Rcpp::Named;
  return Rcpp::List::create(Named("names") = to_r_text(annotation.names),
                            Named("columns") = columns,
                            Named("skipped") = to_r_text(annotation.skipped));
}

// The first n values, without a copy when that is all of them.
template <class Vector>
Vector first_values(const Vector& values, std::int64_t n) {
  if (values.size() == n) return values;
  return Vector(values.begin(), values.begin() + n);
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List read_count_file(const std::string& path, const std::string& assay) {
  return guarded([&] {
    const auto poll = [] { Rcpp::checkUserInterrupt(); };
    const scvigor::CountFile file(path, assay, poll);
    Rcpp::IntegerVector indptr(Rcpp::no_init(file.n_cells() + 1));
    Rcpp::IntegerVector genes(Rcpp::no_init(file.n_entries()));
    Rcpp::NumericVector values(Rcpp::no_init(file.n_entries()));
    const auto result =
        file.read(indptr.begin(), genes.begin(), values.begin(), poll);
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("format") =
            file.format() == scvigor::CountFileFormat::kH5ad ? "h5ad" : "10x",
        Named("assay") = file.assay(),
        Named("p") = indptr,
        Named("i") = first_values(genes, result.n_entries),
        Named("x") = first_values(values, result.n_entries),
        Named("n_not_counts") = static_cast<double>(result.n_not_counts),
        Named("not_a_count") = result.not_a_count,
        Named("cells") = to_r_annotation(file.cells()),
        Named("genes") = to_r_annotation(file.genes()));
  });
}
