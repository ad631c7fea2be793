#include "scvigor/counts.hpp"

#include "api/errors.hpp"
#include "data/library_size.hpp"
#include "data/memory_sources.hpp"
#include "data/summary.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace {

void check_size(std::int64_t n_cells, std::int64_t n_genes) {
  if (n_cells < 0 || n_genes < 0)
    throw ArgumentError("x", "Counts must not have a negative size.");
}

}  // namespace

std::unique_ptr<CountSource> view_compressed_cells(const int* indptr,
                                                   const int* genes,
                                                   const double* values,
                                                   std::int64_t n_cells,
                                                   std::int64_t n_genes) {
  check_size(n_cells, n_genes);
  return core::view_compressed_cells(indptr, genes, values, n_cells, n_genes);
}

std::unique_ptr<CountSource> view_dense_cells(const double* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes) {
  check_size(n_cells, n_genes);
  return core::view_dense_cells(values, n_cells, n_genes);
}

std::unique_ptr<CountSource> view_dense_cells(const int* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes) {
  check_size(n_cells, n_genes);
  return core::view_dense_cells(values, n_cells, n_genes);
}

CountSummary summarize_counts(const CountSource& source) {
  return without_torch_errors([&] { return core::summarize_counts(source); });
}

std::vector<double> log_library_sizes(const CountSource& source) {
  return without_torch_errors([&] { return core::log_library_sizes(source); });
}

LibraryPrior library_prior(const CountSource& source,
                           const std::vector<std::int64_t>& batch,
                           std::int64_t n_batch) {
  const bool one_batch = batch.empty() && n_batch == 1;
  if (!one_batch && static_cast<std::int64_t>(batch.size()) != source.n_cells())
    throw ArgumentError("batch", "`batch` must have a code for each cell.");
  for (const auto code : batch)
    if (code < 0 || code >= n_batch)
      throw ArgumentError("batch", "`batch` must have codes below " +
                                       std::to_string(n_batch) + ".");
  return without_torch_errors(
      [&] { return core::library_prior(source, batch, n_batch); });
}

}  // namespace scvigor
