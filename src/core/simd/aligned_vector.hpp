#ifndef SCVIGOR_CORE_SIMD_ALIGNED_VECTOR_HPP
#define SCVIGOR_CORE_SIMD_ALIGNED_VECTOR_HPP

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace scvigor {

// A register's worth of numbers that begins within one cache line and ends in
// the next costs two accesses: the arrays of kernels begin with a line. Nor
// are they filled with zeros first.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), kLine));
  }
  void deallocate(T* p, std::size_t) { ::operator delete(p, kLine); }

  template <class U>
  void construct(U* p) {
    ::new (static_cast<void*>(p)) U;
  }
  template <class U, class V>
  void construct(U* p, V&& value) {
    ::new (static_cast<void*>(p)) U(std::forward<V>(value));
  }

  friend bool operator==(const LineAllocator&, const LineAllocator&) {
    return true;
  }
  friend bool operator!=(const LineAllocator&, const LineAllocator&) {
    return false;
  }
};

template <class T>
using AlignedVector = std::vector<T, LineAllocator<T>>;

}  // namespace scvigor

#endif
