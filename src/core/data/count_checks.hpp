#ifndef SCVIGOR_CORE_DATA_COUNT_CHECKS_HPP
#define SCVIGOR_CORE_DATA_COUNT_CHECKS_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor::core {

// See scvigor/count_checks.hpp.
bool has_ascending_genes(const int* indptr, const int* genes,
                         std::int64_t n_cells, std::int64_t n_genes);
std::vector<std::int64_t> empty_genes(const CountSource& source);

}  // namespace scvigor::core

#endif
