#ifndef SCVIGOR_CORE_IO_COUNTS_CSR_BUILDER_HPP
#define SCVIGOR_CORE_IO_COUNTS_CSR_BUILDER_HPP

#include <cstdint>
#include <vector>

#include "io/counts/count_matrix.hpp"

namespace scvigor {

// Collects the entries of a matrix, in any order, in their packed form, and
// puts them into arrays compressed by cell. Trusts nothing that arrives.
class CsrBuilder {
 public:
  explicit CsrBuilder(std::int64_t n_cells = 0, std::int64_t n_genes = 0);

  // A FileError where there may be more entries than arrays of R can hold.
  static void check_size(const EntryOrder& order);

  void add(PackedBlock block);
  std::int64_t n_entries() const { return n_entries_; }

  // Fills the caller's arrays: `indptr` has n_cells + 1 elements, `genes` and
  // `values` n_entries(). Genes ascend within a cell; the values of one gene
  // are summed. Returns how many entries are left.
  std::int64_t write(std::int32_t* indptr, std::int32_t* genes,
                     double* values) const;

 private:
  void count(const PackedBlock& block);

  std::int64_t n_cells_;
  std::int64_t n_genes_;
  std::int64_t n_entries_ = 0;
  std::vector<std::int32_t> per_cell_;
  std::vector<PackedBlock> blocks_;
};

}  // namespace scvigor

#endif
