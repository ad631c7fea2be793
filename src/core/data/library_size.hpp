#ifndef SCVIGOR_CORE_DATA_LIBRARY_SIZE_HPP
#define SCVIGOR_CORE_DATA_LIBRARY_SIZE_HPP

#include <cstdint>
#include <vector>

#include "scvigor/counts.hpp"

namespace scvigor {

// log of the sum of n counts, in double precision; minus infinity for none.
double log_library_size(const float* counts, std::int64_t n);

namespace core {

// See scvigor/counts.hpp; `batch` is empty or has a code for each cell.
std::vector<double> log_library_sizes(const CountSource& source);
LibraryPrior library_prior(const CountSource& source,
                           const std::vector<std::int64_t>& batch,
                           std::int64_t n_batch);

}  // namespace core
}  // namespace scvigor

#endif
