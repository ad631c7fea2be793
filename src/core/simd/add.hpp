#ifndef SCVIGOR_CORE_SIMD_ADD_HPP
#define SCVIGOR_CORE_SIMD_ADD_HPP

#include <cstdint>

#include "simd/dispatch.hpp"

namespace scvigor {

// sum += values, n each
template <class T>
SCVIGOR_INLINE void add_to_body(T* sum, const T* values, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) sum[i] += values[i];
}
SCVIGOR_KERNEL(add_to, add_to_body,
               (float* sum, const float* values, std::int64_t n),
               (sum, values, n))
SCVIGOR_KERNEL(add_to, add_to_body,
               (double* sum, const double* values, std::int64_t n),
               (sum, values, n))

}  // namespace scvigor

#endif
