#ifndef SCVIGOR_CORE_DATA_FOR_EACH_CELL_HPP
#define SCVIGOR_CORE_DATA_FOR_EACH_CELL_HPP

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "scvigor/counts.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {

constexpr std::int64_t kCellsPerRead = 256;

// Calls visit(first, block) with the counts of all cells of a source, of which
// `first` is the first one's position, from several threads at once.
template <class Visitor>
void for_each_count_block(const CountSource& source, Visitor visit) {
  const auto n_blocks = ceil_div(source.n_cells(), kCellsPerRead);
  parallel_for(0, n_blocks, 1, [&](std::int64_t b, std::int64_t e) {
    CsrBlock block;
    std::vector<std::int64_t> cells(kCellsPerRead);
    for (auto first = b * kCellsPerRead; first < e * kCellsPerRead;
         first += kCellsPerRead) {
      const auto n = std::min(kCellsPerRead, source.n_cells() - first);
      std::iota(cells.begin(), cells.begin() + n, first);
      source.read(cells.data(), n, block);
      visit(first, block);
    }
  });
}

// Calls visit(cell, values, n) with the non-zero counts of every cell of a
// source, from several threads at once.
template <class Visitor>
void for_each_cell(const CountSource& source, Visitor visit) {
  for_each_count_block(source, [&](std::int64_t first, const CsrBlock& block) {
    for (std::int64_t i = 0; i < block.n_cells(); ++i)
      visit(first + i, block.values.data() + block.indptr[i],
            block.indptr[i + 1] - block.indptr[i]);
  });
}

}  // namespace scvigor

#endif
