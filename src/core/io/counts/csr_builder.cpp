#include "io/counts/csr_builder.hpp"

#include <limits>
#include <utility>

#include "io/counts/merge_genes.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

// Puts the entries of a block where the next ones of their cells go.
void place(const PackedBlock& block, std::vector<std::int32_t>& next,
           EntryArrays out) {
  block.indices.visit([&](const auto* indices) {
    block.values.visit([&](const auto* values) {
      std::size_t k = 0;
      for (std::size_t run = 0; run < block.lengths.size(); ++run) {
        const auto major = static_cast<std::size_t>(block.first) + run;
        const std::size_t end =
            k + static_cast<std::size_t>(block.lengths[run]);
        if (block.by_cells) {
          std::int32_t at = next[major];
          for (; k < end; ++k, ++at) {
            out.genes[at] = indices[k];
            out.values[at] = static_cast<double>(values[k]);
          }
          next[major] = at;
        } else {
          for (; k < end; ++k) {
            const std::int32_t at = next[indices[k]]++;
            out.genes[at] = static_cast<std::int32_t>(major);
            out.values[at] = static_cast<double>(values[k]);
          }
        }
      }
    });
  });
}

void check_n_entries(std::int64_t n) {
  if (n > std::numeric_limits<std::int32_t>::max())
    throw FileError(
        "The matrix has more than 2147483647 non-zero values, which is the "
        "most that a sparse matrix in memory holds. packCounts() reads it.");
}

}  // namespace

CsrBuilder::CsrBuilder(std::int64_t n_cells, std::int64_t n_genes)
    : n_cells_(n_cells),
      n_genes_(n_genes),
      per_cell_(static_cast<std::size_t>(n_cells)) {}

void CsrBuilder::check_size(const EntryOrder& order) {
  if (order.layout != CountLocation::Layout::kDense)
    check_n_entries(order.max_entries);
}

void CsrBuilder::count(const PackedBlock& block) {
  if (block.by_cells) {
    for (std::size_t run = 0; run < block.lengths.size(); ++run)
      per_cell_[static_cast<std::size_t>(block.first) + run] +=
          block.lengths[run];
    return;
  }
  block.indices.visit([&](const auto* cells) {
    for (std::size_t k = 0; k < block.indices.size(); ++k)
      ++per_cell_[static_cast<std::size_t>(cells[k])];
  });
}

void CsrBuilder::add(PackedBlock block) {
  check_block(block, n_cells_, n_genes_);
  n_entries_ += static_cast<std::int64_t>(block.values.size());
  check_n_entries(n_entries_);
  count(block);
  blocks_.push_back(std::move(block));
}

std::int64_t CsrBuilder::write(std::int32_t* indptr, std::int32_t* genes,
                               double* values) const {
  std::vector<std::int32_t> next(per_cell_.size());
  std::int32_t total = 0;
  for (std::size_t cell = 0; cell < next.size(); ++cell) {
    next[cell] = total;
    total += per_cell_[cell];
  }
  const EntryArrays arrays{genes, values};
  for (const PackedBlock& block : blocks_) place(block, next, arrays);
  MergeScratch scratch;
  std::int64_t kept = 0;
  indptr[0] = 0;
  for (std::size_t cell = 0; cell < next.size(); ++cell) {
    const std::int64_t end = next[cell];  // after its last entry
    kept = merge_genes(arrays, end - per_cell_[cell], end, kept, scratch);
    indptr[cell + 1] = static_cast<std::int32_t>(kept);
  }
  return kept;
}

}  // namespace scvigor
