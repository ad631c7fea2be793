#ifndef SCVIGOR_CORE_KERNELS_CPU_SPARSE_PRODUCT_HPP
#define SCVIGOR_CORE_KERNELS_CPU_SPARSE_PRODUCT_HPP

#include <algorithm>
#include <cstdint>

#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"

// The inner loop of sparse_linear() and of its gradient:
//
//   out[i, h] = sum over begin[i] <= k < end[i] of values[k] dense[index[k], h]

namespace scvigor {

// Sparse rows, compressed by row, and the dense matrix that they multiply.
//   values, index: entries;  dense: any x width;  out: rows x width
template <class T>
struct SparseProduct {
  const T* values;
  const std::int32_t* index;
  const T* dense;
  std::int64_t width;
  T* out;
  bool add;  // to what `out` holds
};

// Sums stay in registers of 64 bytes.
template <class T>
using SumRegister = Register<T, 64>;

// Columns h and on of out[i], kN registers of them. If sums did not stay in
// registers for all entries, every product would load and store one; with few
// registers, it would wait for the product before.
template <int kN, class T>
SCVIGOR_INLINE void add_entries(const SparseProduct<T>& p, std::int64_t i,
                                std::int64_t begin, std::int64_t end,
                                std::int64_t h) {
  using V = typename SumRegister<T>::Type;
  V* out = reinterpret_cast<V*>(p.out + i * p.width + h);
  V sum[kN];
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) sum[j] = p.add ? out[j] : V{};
  for (auto k = begin; k < end; ++k) {
    const T value = p.values[k];
    const V* row =
        reinterpret_cast<const V*>(p.dense + p.index[k] * p.width + h);
#pragma GCC unroll 8
    for (int j = 0; j < kN; ++j) sum[j] += value * row[j];
  }
#pragma GCC unroll 8
  for (int j = 0; j < kN; ++j) out[j] = sum[j];
}

// The last columns, from h on, too few for two registers.
template <class T>
SCVIGOR_INLINE void add_entries_rest(const SparseProduct<T>& p, std::int64_t i,
                                     std::int64_t begin, std::int64_t end,
                                     std::int64_t h) {
  T* out = p.out + i * p.width;
  if (!p.add) std::fill(out + h, out + p.width, T(0));
  for (auto k = begin; k < end; ++k) {
    const T value = p.values[k];
    const T* row = p.dense + p.index[k] * p.width;
#pragma omp simd
    for (std::int64_t j = h; j < p.width; ++j) out[j] += value * row[j];
  }
}

template <class T>
SCVIGOR_INLINE void add_rows_body(const SparseProduct<T>& p, std::int64_t first,
                                  std::int64_t last, const std::int64_t* begin,
                                  const std::int64_t* end) {
  constexpr std::int64_t kLanes = SumRegister<T>::kSize;
  std::int64_t h = 0;
  for (; h + 8 * kLanes <= p.width; h += 8 * kLanes)
    for (auto i = first; i < last; ++i)
      add_entries<8>(p, i, begin[i], end[i], h);
  for (; h + 2 * kLanes <= p.width; h += 2 * kLanes)
    for (auto i = first; i < last; ++i)
      add_entries<2>(p, i, begin[i], end[i], h);
  if (h == p.width) return;
  for (auto i = first; i < last; ++i)
    add_entries_rest(p, i, begin[i], end[i], h);
}

// Rows first to last - 1.
SCVIGOR_KERNEL(add_rows, add_rows_body,
               (const SparseProduct<float>& p, std::int64_t first,
                std::int64_t last, const std::int64_t* begin,
                const std::int64_t* end),
               (p, first, last, begin, end))
SCVIGOR_KERNEL(add_rows, add_rows_body,
               (const SparseProduct<double>& p, std::int64_t first,
                std::int64_t last, const std::int64_t* begin,
                const std::int64_t* end),
               (p, first, last, begin, end))

}  // namespace scvigor

#endif
