#include "util/ascending.hpp"

#include "simd/dispatch.hpp"

namespace scvigor {
namespace {

// descents: how often one of the n values is not above the one before it
SCVIGOR_INLINE void count_descents_body(const std::int32_t* values,
                                        std::int64_t n,
                                        std::int64_t* descents) {
  std::int32_t found = 0;
#pragma omp simd reduction(+ : found)
  for (std::int64_t k = 1; k < n; ++k) found += values[k] <= values[k - 1];
  *descents = found;
}
SCVIGOR_KERNEL(count_descents, count_descents_body,
               (const std::int32_t* values, std::int64_t n,
                std::int64_t* descents),
               (values, n, descents))

}  // namespace

bool is_strictly_ascending(const std::int32_t* values, std::int64_t n) {
  std::int64_t descents = 0;
  count_descents(values, n, &descents);
  return descents == 0;
}

}  // namespace scvigor
