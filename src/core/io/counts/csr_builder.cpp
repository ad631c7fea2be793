#include "io/counts/csr_builder.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "scvigor/error.hpp"
#include "util/ascending.hpp"

namespace scvigor {

namespace {

struct Arrays {
  std::int32_t* genes;
  double* values;
};

// Puts the entries of a block where the next ones of their cells go.
void place(const PackedBlock& block, std::vector<std::int32_t>& next,
           Arrays out) {
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

using Entry = std::pair<std::int32_t, double>;

// Sorts entries by gene; stable, so that equal genes are summed in the order
// of the file.
void sort_by_gene(std::int32_t* genes, double* values, std::int64_t n,
                  std::vector<Entry>& scratch) {
  scratch.clear();
  for (std::int64_t k = 0; k < n; ++k)
    scratch.emplace_back(genes[k], values[k]);
  std::stable_sort(
      scratch.begin(), scratch.end(),
      [](const Entry& a, const Entry& b) { return a.first < b.first; });
  for (std::int64_t k = 0; k < n; ++k)
    std::tie(genes[k], values[k]) = scratch[static_cast<std::size_t>(k)];
}

// Moves the entries of a cell to `kept`, those of one gene as one. Returns
// where they end.
std::int64_t merge_genes(Arrays arrays, std::int64_t begin, std::int64_t end,
                         std::int64_t kept, std::vector<Entry>& scratch) {
  std::int32_t* genes = arrays.genes;
  double* values = arrays.values;
  if (is_strictly_ascending(genes + begin, end - begin)) {
    if (kept == begin) return end;
    std::copy(genes + begin, genes + end, genes + kept);
    std::copy(values + begin, values + end, values + kept);
    return kept + (end - begin);
  }
  sort_by_gene(genes + begin, values + begin, end - begin, scratch);
  const std::int64_t first = kept;
  for (std::int64_t k = begin; k < end; ++k) {
    if (kept > first && genes[kept - 1] == genes[k]) {
      values[kept - 1] += values[k];
    } else {
      genes[kept] = genes[k];
      values[kept] = values[k];
      ++kept;
    }
  }
  return kept;
}

}  // namespace

CsrBuilder::CsrBuilder(std::int64_t n_cells, std::int64_t n_genes)
    : n_cells_(n_cells),
      n_genes_(n_genes),
      per_cell_(static_cast<std::size_t>(n_cells)) {}

void CsrBuilder::check(const PackedBlock& block) const {
  const std::int64_t n_runs = static_cast<std::int64_t>(block.lengths.size());
  const std::int64_t n_major = block.by_cells ? n_cells_ : n_genes_;
  const std::int64_t n_minor = block.by_cells ? n_genes_ : n_cells_;
  if (block.first < 0 || block.first + n_runs > n_major) fail_inconsistent();
  block.indices.visit([&](const auto* indices) {
    for (std::size_t k = 0; k < block.indices.size(); ++k)
      if (!(indices[k] >= 0 &&
            static_cast<double>(indices[k]) < static_cast<double>(n_minor)))
        fail_inconsistent();
  });
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
  check(block);
  n_entries_ += static_cast<std::int64_t>(block.values.size());
  if (n_entries_ > std::numeric_limits<std::int32_t>::max())
    throw FileError(
        "The matrix has more than 2147483647 non-zero values, which is the "
        "most that a sparse matrix in memory holds: split the file by cells.");
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
  const Arrays arrays{genes, values};
  for (const PackedBlock& block : blocks_) place(block, next, arrays);
  std::vector<Entry> scratch;
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
