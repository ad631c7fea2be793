#ifndef SCVIGOR_CORE_SIMD_VECTOR_REGISTER_HPP
#define SCVIGOR_CORE_SIMD_VECTOR_REGISTER_HPP

#include <cstdint>

namespace scvigor {

// kBytes of numbers. Compilers for processors without such a register split it.
template <class T, int kBytes>
struct Register {
  // In memory, at any address.
  typedef T Type
      __attribute__((vector_size(kBytes), aligned(sizeof(T)), may_alias));
  // In variables, which the compiler aligns. Templates and references to
  // variables take these: they forget the attributes of Type.
  typedef T Vector __attribute__((vector_size(kBytes)));
  static constexpr std::int64_t kSize = kBytes / sizeof(T);
};

}  // namespace scvigor

#endif
