#include <Rcpp.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "r_annotation.h"
#include "r_convert.h"
#include "r_runtime.h"
#include "r_text.h"
#include "scvigor/packed_counts.hpp"

using scvigor::CountPacker;
using scvigor::CsrBlock;
using scvigor::r::guarded;
using scvigor::r::PackedPointer;
using scvigor::r::to_r_text;

namespace {

constexpr std::int64_t kCellsAtOnce = 4096;

// Calls visit(block) with all cells of a source, some at a time. Ctrl-C ends
// it.
template <class Visit>
void for_blocks(const scvigor::CountSource& source, Visit visit) {
  CsrBlock block;
  std::vector<std::int64_t> cells(kCellsAtOnce);
  for (std::int64_t first = 0; first < source.n_cells();
       first += kCellsAtOnce) {
    const auto n = std::min(kCellsAtOnce, source.n_cells() - first);
    std::iota(cells.begin(), cells.begin() + n, first);
    source.read(cells.data(), n, block);
    visit(block);
    Rcpp::checkUserInterrupt();
  }
}

std::vector<std::string> to_text(SEXP names) {
  if (Rf_isNull(names)) return {};
  std::vector<std::string> out;
  for (R_xlen_t i = 0; i < XLENGTH(names); ++i)
    out.emplace_back(scvigor::r::to_utf8(STRING_ELT(names, i)));
  return out;
}

}  // namespace

// Without a `path` in a temporary file in `folder`; without either in memory.
// [[Rcpp::export(rng = false)]]
SEXP new_count_packer(double n_genes, const std::string& path, bool overwrite,
                      const std::string& folder) {
  return guarded([&]() -> SEXP {
    const auto n = static_cast<std::int64_t>(n_genes);
    auto packer = !path.empty()     ? CountPacker::in_file(n, path, overwrite)
                  : !folder.empty() ? CountPacker::in_temporary_file(n, folder)
                                    : CountPacker(n);
    return Rcpp::XPtr<CountPacker>(new CountPacker(std::move(packer)));
  });
}

// [[Rcpp::export(rng = false)]]
void pack_cells(SEXP packer, SEXP counts) {
  guarded([&] {
    const Rcpp::XPtr<CountPacker> to(packer);
    const scvigor::ThreadScope one_thread(1);
    const auto source = scvigor::r::view_counts(counts);
    for_blocks(*source, [&](const CsrBlock& block) { to->append(block); });
  });
}

// What is not finished leaves nothing behind.
// [[Rcpp::export(rng = false)]]
void discard_packer(SEXP packer) {
  guarded([&] { Rcpp::XPtr<CountPacker>(packer).release(); });
}

// `genes`, `cells`: names, or NULL.
// [[Rcpp::export(rng = false)]]
SEXP finish_packing(SEXP packer, SEXP genes, SEXP cells) {
  return guarded([&]() -> SEXP {
    const Rcpp::XPtr<CountPacker> from(packer);
    auto counts = from->finish({to_text(genes), to_text(cells)});
    return Rcpp::XPtr<PackedPointer>(new PackedPointer{std::move(counts)});
  });
}

// PackedCounts as one, without a copy.
// [[Rcpp::export(rng = false)]]
SEXP join_packed_counts(const Rcpp::List& parts) {
  return guarded([&]() -> SEXP {
    std::vector<std::shared_ptr<const scvigor::CountSource>> sources;
    for (R_xlen_t k = 0; k < parts.size(); ++k)
      sources.push_back(scvigor::r::view_packed_counts(parts[k]));
    return Rcpp::XPtr<PackedPointer>(
        new PackedPointer{scvigor::join_cells(std::move(sources))});
  });
}

// [[Rcpp::export(rng = false)]]
Rcpp::List open_packed_counts(const std::string& path) {
  return guarded([&] {
    scvigor::PackedFile file = scvigor::open_packed_file(path);
    using Rcpp::Named;
    const Rcpp::NumericVector dim = Rcpp::NumericVector::create(
        static_cast<double>(file.counts->n_genes()),
        static_cast<double>(file.counts->n_cells()));
    return Rcpp::List::create(Named("pointer") = Rcpp::XPtr<PackedPointer>(
                                  new PackedPointer{std::move(file.counts)}),
                              Named("dim") = dim,
                              Named("genes") = to_r_text(file.names.genes),
                              Named("cells") = to_r_text(file.names.cells));
  });
}

// How many bytes a pass over all cells reads from files.
// [[Rcpp::export(rng = false)]]
double packed_file_bytes(SEXP counts) {
  return guarded(
      [&] { return scvigor::r::view_packed_counts(counts)->file_bytes(); });
}

// The slots of a dgCMatrix.
// [[Rcpp::export(rng = false)]]
Rcpp::List unpack_counts(SEXP counts) {
  return guarded([&] {
    const scvigor::ThreadScope one_thread(1);
    const auto source = scvigor::r::view_counts(counts);
    Rcpp::IntegerVector p(source->n_cells() + 1);
    std::vector<std::int32_t> genes;
    std::vector<float> values;
    R_xlen_t cell = 0;
    for_blocks(*source, [&](const CsrBlock& block) {
      for (std::int64_t i = 0; i < block.n_cells(); ++i, ++cell) {
        const std::int64_t end =
            p[cell] + (block.indptr[i + 1] - block.indptr[i]);
        if (end > INT_MAX)
          throw scvigor::ArgumentError(
              "x",
              "There are more than 2147483647 counts that are not 0, the most "
              "that a sparse matrix in memory holds. Choose fewer cells.");
        p[cell + 1] = static_cast<int>(end);
      }
      genes.insert(genes.end(), block.genes.begin(), block.genes.end());
      values.insert(values.end(), block.values.begin(), block.values.end());
    });
    using Rcpp::Named;
    return Rcpp::List::create(
        Named("i") = Rcpp::IntegerVector(genes.begin(), genes.end()),
        Named("p") = p,
        Named("x") = Rcpp::NumericVector(values.begin(), values.end()));
  });
}
