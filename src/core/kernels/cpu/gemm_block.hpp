#ifndef SCVIGOR_CORE_KERNELS_CPU_GEMM_BLOCK_HPP
#define SCVIGOR_CORE_KERNELS_CPU_GEMM_BLOCK_HPP

#include <cstdint>

#include "kernels/cpu/gemm.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_register.hpp"

// The inner loops of simd_gemm(): some rows of a times a packed panel of b, a
// few rows at a time, whose results stay in registers.

namespace scvigor {

constexpr std::int64_t kPanel = kGemmPanel;

//   out = start + a panel, or out += a panel
struct GemmBlock {
  const float* a;  // rows x depth
  std::int64_t a_row_step;
  std::int64_t a_column_step;
  const float* panel;  // depth x kPanel
  std::int64_t depth;
  bool add;            // to `out`, else to `start`
  const float* start;  // kPanel
  float* out;          // rows x kPanel
  std::int64_t out_row_step;
  // What is packed next and prefetched meanwhile, some rows with every tile.
  const float* next;  // next_rows x kPanel, or null
  std::int64_t next_row_step;
  std::int64_t next_rows;
};

// The rows of `next` that belong to one of the tiles.
SCVIGOR_INLINE void prefetch_next(const GemmBlock& block, std::int64_t tile,
                                  std::int64_t n_tiles) {
  if (block.next == nullptr) return;
  const auto end = block.next_rows * (tile + 1) / n_tiles;
  for (auto j = block.next_rows * tile / n_tiles; j < end; ++j) {
    const float* row = block.next + j * block.next_row_step;
    __builtin_prefetch(row);
    __builtin_prefetch(row + kPanel / 2);
    __builtin_prefetch(row + kPanel - 1);
  }
}

// A tile: kRows rows and two registers of columns from `column`.
template <int kBytes, int kRows>
SCVIGOR_INLINE void multiply_tile(const GemmBlock& block, std::int64_t row,
                                  std::int64_t column) {
  using V = typename Register<float, kBytes>::Type;
  constexpr auto kLanes = Register<float, kBytes>::kSize;
  const float* a = block.a + row * block.a_row_step;
  const float* b = block.panel + column;
  float* out = block.out + row * block.out_row_step + column;
  V sum[kRows][2];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    sum[i][0] = V{};
    sum[i][1] = V{};
  }
  for (std::int64_t k = 0; k < block.depth; ++k) {
    const V b0 = *reinterpret_cast<const V*>(b + k * kPanel);
    const V b1 = *reinterpret_cast<const V*>(b + k * kPanel + kLanes);
    const float* factors = a + k * block.a_column_step;
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
      const float factor = factors[i * block.a_row_step];
      sum[i][0] += factor * b0;
      sum[i][1] += factor * b1;
    }
  }
  const V* start = reinterpret_cast<const V*>(block.start + column);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    V* to = reinterpret_cast<V*>(out + i * block.out_row_step);
    to[0] = (block.add ? to[0] : start[0]) + sum[i][0];
    to[1] = (block.add ? to[1] : start[1]) + sum[i][1];
  }
}

// Prefetches the tile of the result after the next one, of this panel or the
// one beside it.
template <int kRows, std::int64_t kColumns>
SCVIGOR_INLINE void prefetch_result(const GemmBlock& block, std::int64_t row,
                                    std::int64_t rows, std::int64_t column) {
  row += 2 * kRows;
  const float* out = block.out + column;
  if (row + kRows > rows) {
    row -= rows / kRows * kRows;
    out += kPanel;
  }
  for (std::int64_t i = 0; i < kRows; ++i) {
    const float* to = out + (row + i) * block.out_row_step;
    for (std::int64_t c = 0; c < kColumns; c += 16)
      __builtin_prefetch(to + c, 1);
    __builtin_prefetch(to + kColumns - 1, 1);
  }
}

template <int kBytes, int kRows>
SCVIGOR_INLINE void multiply_block_body(const GemmBlock& block,
                                        std::int64_t rows) {
  constexpr auto kColumns = 2 * Register<float, kBytes>::kSize;
  for (std::int64_t column = 0; column < kPanel; column += kColumns) {
    std::int64_t row = 0;
    for (; row + kRows <= rows; row += kRows) {
      if (column == 0) prefetch_next(block, row / kRows, rows / kRows);
      prefetch_result<kRows, kColumns>(block, row, rows, column);
      multiply_tile<kBytes, kRows>(block, row, column);
    }
    for (; row < rows; ++row) multiply_tile<kBytes, 1>(block, row, column);
  }
}

SCVIGOR_KERNEL_BY_LEVEL(multiply_block, (multiply_block_body<16, 6>),
                        (multiply_block_body<32, 6>),
                        (multiply_block_body<64, 8>),
                        (const GemmBlock& block, std::int64_t rows),
                        (block, rows))

}  // namespace scvigor

#endif
