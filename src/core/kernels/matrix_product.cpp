#include "kernels/matrix_product.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/vector_register.hpp"

// The way of Goto and van de Geijn (2008), for one level of cache: a panel of
// b, kPanel columns wide and kDepth rows deep, is packed so that it lies in
// the nearest cache, and meets all rows of a, a few at a time, whose results
// stay in registers.

namespace scvigor {
namespace {

constexpr std::int64_t kPanel = 32;
constexpr std::int64_t kDepth = 256;

// Some rows of a and a packed panel of b.
struct Block {
  const float* a;  // rows x depth
  std::int64_t a_row_step;
  std::int64_t a_column_step;
  const float* panel;  // depth x kPanel
  std::int64_t depth;
  float* out;  // rows x kPanel
  std::int64_t out_row_step;
};

// out += a panel, for kRows rows and two registers of columns from `column`.
template <int kBytes, int kRows>
SCVIGOR_INLINE void multiply_tile(const Block& block, std::int64_t row,
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
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    V* to = reinterpret_cast<V*>(out + i * block.out_row_step);
    to[0] += sum[i][0];
    to[1] += sum[i][1];
  }
}

template <int kBytes, int kRows>
SCVIGOR_INLINE void multiply_block_body(const Block& block,
                                        std::int64_t rows) {
  constexpr auto kColumns = 2 * Register<float, kBytes>::kSize;
  for (std::int64_t column = 0; column < kPanel; column += kColumns) {
    std::int64_t row = 0;
    for (; row + kRows <= rows; row += kRows)
      multiply_tile<kBytes, kRows>(block, row, column);
    for (; row < rows; ++row) multiply_tile<kBytes, 1>(block, row, column);
  }
}

SCVIGOR_KERNEL_BY_LEVEL(multiply_block, (multiply_block_body<16, 6>),
                        (multiply_block_body<32, 6>),
                        (multiply_block_body<64, 8>),
                        (const Block& block, std::int64_t rows), (block, rows))

// to[j, c] = b[j, first + c]; zeros where b has no column.
void pack_panel(const MatrixView& b, std::int64_t depth, std::int64_t columns,
                float* to) {
  if (b.column_step == 1) {
    for (std::int64_t j = 0; j < depth; ++j) {
      const float* from = b.data + j * b.row_step;
      float* row = to + j * kPanel;
      for (std::int64_t c = 0; c < columns; ++c) row[c] = from[c];
      for (auto c = columns; c < kPanel; ++c) row[c] = 0.0F;
    }
    return;
  }
  for (std::int64_t c = 0; c < kPanel; ++c) {
    const float* from = b.data + c * b.column_step;
    for (std::int64_t j = 0; j < depth; ++j)
      to[j * kPanel + c] = c < columns ? from[j * b.row_step] : 0.0F;
  }
}

void add_column_sums(const float* panel, std::int64_t depth, float* sums) {
  for (std::int64_t j = 0; j < depth; ++j)
#pragma omp simd
    for (std::int64_t c = 0; c < kPanel; ++c) sums[c] += panel[j * kPanel + c];
}

// Where a panel of the result is summed up: in place, or beside it when the
// result ends before the panel does.
class Target {
 public:
  Target(float* out, std::int64_t m, std::int64_t n, std::int64_t first)
      : out_(out + first), m_(m), n_(n), columns_(std::min(kPanel, n - first)) {
    if (columns_ < kPanel) beside_.resize(m * kPanel);
  }

  std::int64_t columns() const { return columns_; }
  float* data() { return beside_.empty() ? out_ : beside_.data(); }
  std::int64_t row_step() const { return beside_.empty() ? n_ : kPanel; }

  void start_with(const float* bias) {
    for (std::int64_t i = 0; i < m_; ++i) {
      float* row = data() + i * row_step();
      if (bias == nullptr)
        std::fill_n(row, columns_, 0.0F);
      else
        std::copy_n(bias, columns_, row);
    }
  }
  void finish() {
    if (beside_.empty()) return;
    for (std::int64_t i = 0; i < m_; ++i)
      std::copy_n(beside_.data() + i * kPanel, columns_, out_ + i * n_);
  }

 private:
  float* out_;
  std::int64_t m_;
  std::int64_t n_;
  std::int64_t columns_;
  std::vector<float> beside_;
};

// So much work is worth a thread.
constexpr std::int64_t kProductsPerTask = 1 << 18;

}  // namespace

void matrix_product(const MatrixView& a, const MatrixView& b, std::int64_t m,
                    std::int64_t k, std::int64_t n, const float* bias,
                    float* out, float* column_sums) {
  const auto n_panels = (n + kPanel - 1) / kPanel;
  const auto grain = 1 + kProductsPerTask / (m * k * kPanel + 1);
  at::parallel_for(
      0, n_panels, grain, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> panel(kDepth * kPanel);
        for (auto p = begin; p < end; ++p) {
          const auto first = p * kPanel;
          Target target(out, m, n, first);
          target.start_with(bias == nullptr ? nullptr : bias + first);
          float sums[kPanel] = {};
          for (std::int64_t j = 0; j < k; j += kDepth) {
            const auto depth = std::min(kDepth, k - j);
            const MatrixView part{
                b.data + j * b.row_step + first * b.column_step, b.row_step,
                b.column_step};
            pack_panel(part, depth, target.columns(), panel.data());
            if (column_sums != nullptr)
              add_column_sums(panel.data(), depth, sums);
            multiply_block({a.data + j * a.column_step, a.row_step,
                            a.column_step, panel.data(), depth, target.data(),
                            target.row_step()},
                           m);
          }
          target.finish();
          if (column_sums != nullptr)
            std::copy_n(sums, target.columns(), column_sums + first);
        }
      });
}

}  // namespace scvigor
