#ifndef SCVIGOR_R_QUERY_H
#define SCVIGOR_R_QUERY_H

// What the bindings of the inference verbs share: the call of a verb, options
// of verbs that decode, arrays of genes x cells for results.

#include <Rcpp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "r_convert.h"
#include "r_runtime.h"
#include "scvigor/inference.hpp"
#include "scvigor/large_pages.hpp"

namespace scvigor {
namespace r {

// How a verb goes over its cells: what accelerator = "auto" depends on.
struct Passes {
  double batch_size;
  double n = 1.0;
};

// Those of the list of R/decode_query.R.
inline Passes passes_of(const Rcpp::List& decode) {
  const auto n_batches = member<double>(decode, "transform_batch").size();
  return {Rcpp::as<double>(decode["batch_size"]),
          Rcpp::as<double>(decode["n_samples"]) *
              static_cast<double>(std::max<std::size_t>(1, n_batches))};
}

// Returns verb(model, cells, hooks).
template <class Verb>
auto run_verb(SEXP model, const Rcpp::List& cells, const Rcpp::List& compute,
              const Passes& passes, Verb verb)
    -> decltype(verb(std::declval<const Model&>(), Cells{}, Hooks{})) {
  return guarded([&] {
    const ComputeOptions where(compute);
    const ThreadScope threads(where.num_threads);
    Rcpp::XPtr<Model> pointer(model);
    const Cells core_cells = cells_from_list(cells);
    Workload work;
    work.n_cells = core_cells.n_cells();
    work.batch_size = static_cast<std::int64_t>(passes.batch_size);
    work.passes = static_cast<std::int64_t>(passes.n);
    const DeviceScope device(*pointer, where.accelerator, work);
    decltype(verb(*pointer, core_cells, Hooks{})) result;
    with_interrupts([&](const Hooks& hooks) {
      result = verb(*pointer, core_cells, hooks);
    });
    return result;
  });
}

// Options that every verb has.
template <class Options>
Options common_options(double batch_size, double seed) {
  Options options;
  options.batch_size = static_cast<std::int64_t>(batch_size);
  options.seed = static_cast<std::uint64_t>(seed);
  return options;
}

// The list of R/decode_query.R. Codes and genes count from 0; none means all.
template <class Options>
Options decode_options(const Rcpp::List& list) {
  auto options = common_options<Options>(Rcpp::as<double>(list["batch_size"]),
                                         Rcpp::as<double>(list["seed"]));
  options.transform_batch = member<std::int64_t>(list, "transform_batch");
  options.genes = member<std::int64_t>(list, "genes");
  options.n_samples =
      static_cast<std::int64_t>(Rcpp::as<double>(list["n_samples"]));
  return options;
}

// An array of genes x cells x samples, a matrix for one sample. It is filled
// in place: the core's rows of cells are R's columns.
class GeneCellArray {
 public:
  GeneCellArray(const Model& model, const Cells& cells,
                const DecodeOptions& options, std::int64_t n_samples)
      : n_genes_(options.genes.empty()
                     ? model.options().n_genes
                     : static_cast<std::int64_t>(options.genes.size())),
        n_cells_(cells.n_cells()),
        // uninitialized: every value will be written
        values_(Rf_allocVector(REALSXP, n_genes_ * n_cells_ * n_samples)) {
    std::vector<int> dim{static_cast<int>(n_genes_),
                         static_cast<int>(n_cells_)};
    if (n_samples > 1) dim.push_back(static_cast<int>(n_samples));
    values_.attr("dim") = Rcpp::wrap(dim);
    first_ = REAL(values_);
    constexpr std::size_t kLarge = std::size_t{1} << 23;
    const auto bytes =
        static_cast<std::size_t>(values_.size()) * sizeof(double);
    if (bytes >= kLarge) advise_large_pages(first_, bytes);
  }

  // The memory of the rows from `first` on, of the first sample.
  double* buffer(std::int64_t first) { return first_ + first * n_genes_; }

  void write(std::int64_t sample, const RowBlock& rows) {
    std::copy_n(rows.values, rows.n_rows * rows.n_cols, place(sample, rows));
  }
  Rcpp::NumericVector get() const { return values_; }

 private:
  double* place(std::int64_t sample, const RowBlock& rows) {
    return first_ + (sample * n_cells_ + rows.first) * n_genes_;
  }

  std::int64_t n_genes_;
  std::int64_t n_cells_;
  Rcpp::NumericVector values_;
  double* first_;
};

// Calls R's function(sample, first, block) with the blocks of a result, from 1:
// a block is a matrix of genes x cells, `first` its first cell.
class BlockWriter {
 public:
  explicit BlockWriter(SEXP write) : write_(write) {}

  void operator()(std::int64_t sample, const RowBlock& rows) const {
    Rcpp::NumericMatrix block(static_cast<int>(rows.n_cols),
                              static_cast<int>(rows.n_rows));
    std::copy_n(rows.values, rows.n_rows * rows.n_cols, block.begin());
    write_(static_cast<double>(sample + 1), static_cast<double>(rows.first + 1),
           block);
  }

 private:
  Rcpp::Function write_;
};

// The mean over the samples of a block, which come one after another.
class BlockMean {
 public:
  // true: this was the last of `n` samples
  bool add(std::int64_t sample, std::int64_t n, const RowBlock& rows) {
    mean_.resize(static_cast<std::size_t>(rows.n_rows * rows.n_cols));
    if (sample == 0) std::fill(mean_.begin(), mean_.end(), 0.0);
    add_to_mean(rows.values, n, mean_);
    block_ = rows;
    block_.values = mean_.data();
    return sample + 1 == n;
  }
  const RowBlock& block() const { return block_; }

 private:
  std::vector<double> mean_;
  RowBlock block_;
};

}  // namespace r
}  // namespace scvigor

#endif
