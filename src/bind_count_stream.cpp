#include <Rcpp.h>

#include <string>
#include <vector>

#include "r_annotation.h"
#include "r_runtime.h"
#include "scvigor/count_stream.hpp"
#include "scvigor/packed_counts.hpp"

using scvigor::CountPacker;
using scvigor::CountStream;
using scvigor::r::guarded;

namespace {

scvigor::CountLocation::Layout layout_of(const std::string& name) {
  using Layout = scvigor::CountLocation::Layout;
  if (name == "by_cells") return Layout::kSparseByCells;
  if (name == "by_genes") return Layout::kSparseByGenes;
  if (name == "dense") return Layout::kDense;
  return Layout::kCountFile;
}

const char* name_of(scvigor::CountLocation::Layout layout) {
  using Layout = scvigor::CountLocation::Layout;
  if (layout == Layout::kSparseByCells) return "by_cells";
  if (layout == Layout::kSparseByGenes) return "by_genes";
  return layout == Layout::kDense ? "dense" : "file";
}

std::vector<std::int8_t> to_flags(const Rcpp::LogicalVector& kept) {
  return {kept.begin(), kept.end()};
}

}  // namespace

// `layout`: "file", or that of the HDF5 group or dataset `matrix`: "by_cells",
// "by_genes", "dense". `dim`: genes and cells of a sparse one. Paths are bytes,
// as the file system has them.
// [[Rcpp::export(rng = false)]]
Rcpp::List open_count_stream(const std::string& path, const std::string& matrix,
                             const std::string& layout, Rcpp::NumericVector dim,
                             const std::string& folder) {
  return guarded([&] {
    const scvigor::CountLocation location{path, layout_of(layout), matrix,
                                          static_cast<std::int64_t>(dim[1]),
                                          static_cast<std::int64_t>(dim[0])};
    const auto poll = [] { Rcpp::checkUserInterrupt(); };
    const Rcpp::XPtr<CountStream> stream(
        new CountStream(location, folder, poll));
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("pointer") = stream,
        Named("format") = scvigor::r::name_of(stream->format()),
        Named("assay") = scvigor::r::to_r_text({stream->assay()}),
        Named("note") = scvigor::r::to_r_text({stream->note()}),
        Named("dim") =
            Rcpp::NumericVector::create(static_cast<double>(stream->n_genes()),
                                        static_cast<double>(stream->n_cells())),
        Named("place") = scvigor::r::to_r_text({stream->place()}),
        Named("layout") = name_of(stream->layout()),
        Named("max_entries") = static_cast<double>(stream->max_entries()),
        Named("cells") = scvigor::r::to_r_annotation(stream->cells()),
        Named("genes") = scvigor::r::to_r_annotation(stream->genes()));
  });
}

// Packs the cells and genes that are kept, in the order of the file; without
// any element all. Returns the values that are not counts: how many, the first,
// its gene and its cell.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector pack_stream(SEXP stream, SEXP packer,
                                Rcpp::LogicalVector genes,
                                Rcpp::LogicalVector cells) {
  return guarded([&] {
    const Rcpp::XPtr<CountStream> from(stream);
    const Rcpp::XPtr<CountPacker> to(packer);
    from->keep(to_flags(cells), to_flags(genes));
    scvigor::CsrBlock block;
    while (from->next(block)) {
      to->append(block);
      Rcpp::checkUserInterrupt();
    }
    const CountStream::NotCounts& found = from->not_counts();
    return Rcpp::NumericVector::create(static_cast<double>(found.n),
                                       found.value,
                                       static_cast<double>(found.gene + 1),
                                       static_cast<double>(found.cell + 1));
  });
}

// Ends the child process.
// [[Rcpp::export(rng = false)]]
void close_count_stream(SEXP stream) {
  guarded([&] { Rcpp::XPtr<CountStream>(stream).release(); });
}
