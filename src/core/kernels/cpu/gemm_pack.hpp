#ifndef SCVIGOR_CORE_KERNELS_CPU_GEMM_PACK_HPP
#define SCVIGOR_CORE_KERNELS_CPU_GEMM_PACK_HPP

#include <cstdint>

#include "kernels/cpu/gemm_block.hpp"
#include "simd/dispatch.hpp"
#include "simd/transpose.hpp"
#include "simd/vector_register.hpp"

// Packing a panel of b for simd_gemm(), to[j, c] = b[j, c]
//   to: depth x kPanel

namespace scvigor {

// For a b whose columns are contiguous, all kPanel of them.
template <int kBytes>
SCVIGOR_INLINE void pack_columns_body(const MatrixView& b, std::int64_t depth,
                                      float* to) {
  using V = typename Register<float, kBytes>::Type;
  constexpr auto kLanes = static_cast<int>(Register<float, kBytes>::kSize);
  std::int64_t j = 0;
  for (; j + kLanes <= depth; j += kLanes)
    for (std::int64_t c = 0; c < kPanel; c += kLanes) {
      typename Register<float, kBytes>::Vector square[kLanes];
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i)
        square[i] =
            *reinterpret_cast<const V*>(b.data + (c + i) * b.column_step + j);
      transpose(square);
#pragma GCC unroll 16
      for (int i = 0; i < kLanes; ++i)
        *reinterpret_cast<V*>(to + (j + i) * kPanel + c) = square[i];
    }
  for (; j < depth; ++j)
    for (std::int64_t c = 0; c < kPanel; ++c)
      to[j * kPanel + c] = b.data[c * b.column_step + j];
}
SCVIGOR_KERNEL_BY_LEVEL(pack_columns, (pack_columns_body<16>),
                        (pack_columns_body<32>), (pack_columns_body<64>),
                        (const MatrixView& b, std::int64_t depth, float* to),
                        (b, depth, to))

// For a b whose rows are contiguous.
SCVIGOR_INLINE void copy_rows_body(const float* from, std::int64_t row_step,
                                   std::int64_t depth, float* to) {
  for (std::int64_t j = 0; j < depth; ++j)
#pragma omp simd
    for (std::int64_t c = 0; c < kPanel; ++c)
      to[j * kPanel + c] = from[j * row_step + c];
}
SCVIGOR_KERNEL(copy_rows, copy_rows_body,
               (const float* from, std::int64_t row_step, std::int64_t depth,
                float* to),
               (from, row_step, depth, to))

// Zeros where b has no column.
inline void pack_panel(const MatrixView& b, std::int64_t depth,
                       std::int64_t columns, float* to) {
  if (columns < kPanel) {
    for (std::int64_t j = 0; j < depth; ++j)
      for (std::int64_t c = 0; c < kPanel; ++c)
        to[j * kPanel + c] =
            c < columns ? b.data[j * b.row_step + c * b.column_step] : 0.0F;
  } else if (b.column_step == 1) {
    copy_rows(b.data, b.row_step, depth, to);
  } else {
    pack_columns(b, depth, to);
  }
}

SCVIGOR_INLINE void add_column_sums_body(const float* panel, std::int64_t depth,
                                         float* sums) {
  for (std::int64_t j = 0; j < depth; ++j)
#pragma omp simd
    for (std::int64_t c = 0; c < kPanel; ++c) sums[c] += panel[j * kPanel + c];
}
SCVIGOR_KERNEL(add_column_sums, add_column_sums_body,
               (const float* panel, std::int64_t depth, float* sums),
               (panel, depth, sums))

}  // namespace scvigor

#endif
