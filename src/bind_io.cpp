#include <Rcpp.h>

#include <algorithm>

#include "r_annotation.h"
#include "r_runtime.h"
#include "scvigor/count_file.hpp"

using scvigor::r::guarded;
using scvigor::r::name_of;
using scvigor::r::to_r_annotation;
using scvigor::r::to_r_text;

namespace {

// The first n values, without a copy when that is all of them.
template <class Vector>
Vector first_values(const Vector& values, std::int64_t n) {
  if (values.size() == n) return values;
  return Vector(values.begin(), values.begin() + n);
}

}  // namespace

// `path` is bytes, as the file system has them; `assay` is UTF-8.
// [[Rcpp::export(rng = false)]]
Rcpp::List read_count_file(const std::string& path, const std::string& assay) {
  return guarded([&] {
    const auto poll = [] { Rcpp::checkUserInterrupt(); };
    const scvigor::CountFile file(path, assay, poll);
    Rcpp::IntegerVector indptr(Rcpp::no_init(file.n_cells() + 1));
    Rcpp::IntegerVector genes(Rcpp::no_init(file.n_entries()));
    Rcpp::NumericVector values(Rcpp::no_init(file.n_entries()));
    const auto result =
        file.read(indptr.begin(), genes.begin(), values.begin());
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("format") = name_of(file.format()),
        Named("assay") = to_r_text({file.assay()}),
        Named("note") = to_r_text({file.note()}),
        Named("dim") =
            Rcpp::NumericVector::create(static_cast<double>(file.n_genes()),
                                        static_cast<double>(file.n_cells())),
        Named("p") = indptr, Named("i") = first_values(genes, result.n_entries),
        Named("x") = first_values(values, result.n_entries),
        Named("n_not_counts") = static_cast<double>(result.n_not_counts),
        Named("not_a_count") = result.not_a_count,
        Named("cells") = to_r_annotation(file.cells()),
        Named("genes") = to_r_annotation(file.genes()));
  });
}
