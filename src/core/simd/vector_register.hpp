#ifndef SCVIGOR_CORE_SIMD_VECTOR_REGISTER_HPP
#define SCVIGOR_CORE_SIMD_VECTOR_REGISTER_HPP

#include <cstdint>

namespace scvigor {

// kBytes of numbers, at any address. Compilers for processors without such a
// register split it.
template <class T, int kBytes>
struct Register {
  typedef T Type
      __attribute__((vector_size(kBytes), aligned(sizeof(T)), may_alias));
  static constexpr std::int64_t kSize = kBytes / sizeof(T);
};

}  // namespace scvigor

#endif
