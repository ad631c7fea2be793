#ifndef SCVIGOR_CORE_DATA_MEMORY_SOURCES_HPP
#define SCVIGOR_CORE_DATA_MEMORY_SOURCES_HPP

#include <cstdint>
#include <memory>

#include "scvigor/counts.hpp"

namespace scvigor::core {

// Count sources over memory that the caller owns; see scvigor/counts.hpp.
std::unique_ptr<CountSource> view_compressed_cells(const int* indptr,
                                                   const int* genes,
                                                   const double* values,
                                                   std::int64_t n_cells,
                                                   std::int64_t n_genes);
template <class T>
std::unique_ptr<CountSource> view_dense_cells(const T* values,
                                              std::int64_t n_cells,
                                              std::int64_t n_genes);

}  // namespace scvigor::core

#endif
