#ifndef SCVIGOR_COUNT_CHECKS_HPP
#define SCVIGOR_COUNT_CHECKS_HPP

// Checks of counts beyond summarize_counts().

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor {

// Whether the genes of every cell ascend and are among the n_genes, as
// view_compressed_cells() needs them. `indptr` must ascend from 0.
bool has_ascending_genes(const int* indptr, const int* genes,
                         std::int64_t n_cells, std::int64_t n_genes);

// The genes whose counts are 0 in every cell, in ascending order.
std::vector<std::int64_t> empty_genes(const CountSource& source);

}  // namespace scvigor

#endif
