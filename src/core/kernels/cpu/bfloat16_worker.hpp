#ifndef SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_WORKER_HPP
#define SCVIGOR_CORE_KERNELS_CPU_BFLOAT16_WORKER_HPP

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/bfloat16_block.hpp"
#include "kernels/cpu/bfloat16_pack.hpp"
#include "kernels/cpu/gemm.hpp"
#include "simd/aligned_vector.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {

// So much of a product's depth is packed at a time, for so many rows.
constexpr std::int64_t kPackedDepth = 256;
constexpr std::int64_t kPackedRows = 256;
static_assert(kPackedDepth % kDeep == 0 && kPackedRows % kBlock == 0);

// Some panels of accumulated products, for some rows.
struct PackedTask {
  const Gemm* first;
  const Gemm* last;
  std::int64_t panel, last_panel;
  std::int64_t row, rows;

  std::int64_t work() const {
    std::int64_t depth = 0;
    for (const auto* p = first; p != last; ++p) depth += p->shape.k;
    return depth * rows * (last_panel - panel) * kGemmPanel;
  }
};

// The part of a task with rows k to k + depth - 1 of the right factor.
struct DepthSlice {
  const Gemm& product;
  const PackedTask& task;
  std::int64_t k;
  std::int64_t depth;

  // Whether something has been added before.
  bool add() const { return product.target.add || k > 0; }
  GemmFactor left() const {
    const MatrixView& a = product.a;
    return {a.data + task.row * a.row_step + k * a.column_step, a.row_step,
            a.column_step, task.rows, depth};
  }
  GemmFactor right(std::int64_t panel) const {
    const MatrixView& b = product.b;
    const auto column = panel * kGemmPanel;
    return {b.data + k * b.row_step + column * b.column_step, b.column_step,
            b.row_step, std::min(kGemmPanel, product.shape.n - column), depth};
  }
  // Where a panel's block of rows from `row` of the task on goes.
  BlockTarget block(std::int64_t panel, std::int64_t row) const {
    const GemmOutput& target = product.target;
    const auto column = panel * kGemmPanel;
    float* data = target.data + (task.row + row) * target.row_step + column;
    if (add()) return {data, target.row_step, data, target.row_step};
    if (target.bias == nullptr) return {data, target.row_step, nullptr, 0};
    return {data, target.row_step, target.bias + column, 0};
  }
};

// The packed factors of a thread.
template <int kParts>
struct PackedFactors {
  AlignedVector<PackedBlock<kParts>> left, right;
};

// Runs tasks, on one thread. Unit: what multiplies packed blocks.
template <class Unit, int kParts>
class Bfloat16Worker {
 public:
  void run(const PackedTask& task) {
    for (const auto* p = task.first; p != task.last; ++p)
      for (std::int64_t k = 0; k < p->shape.k; k += kPackedDepth)
        run({*p, task, k, std::min(kPackedDepth, p->shape.k - k)});
  }

 private:
  void run(const DepthSlice& slice) {
    pack_left(slice.left());
    const auto& task = slice.task;
    float* sums = slice.product.target.column_sums;
    for (auto panel = task.panel; panel < task.last_panel; ++panel) {
      multiply_panel(slice, panel);
      if (sums != nullptr && task.row == 0)
        sum_lines(slice.right(panel), slice.add(), sums + panel * kGemmPanel);
    }
  }

  // Most tasks have the rows of the one before.
  void pack_left(const GemmFactor& lines) {
    if (lines == left_lines_) return;
    pack(lines, FactorSide::kLeft, left_);
    left_lines_ = lines;
  }

  void multiply_panel(const DepthSlice& slice, std::int64_t panel) {
    const GemmFactor lines = slice.right(panel);
    pack(lines, FactorSide::kRight, right_);
    const auto steps = ceil_div(slice.depth, kDeep);
    for (std::int64_t i = 0; i < slice.task.rows; i += kBlock) {
      const auto* left = left_.data() + i / kBlock * steps;
      const auto rows = std::min(kBlock, slice.task.rows - i);
      const auto to = slice.block(panel, i);
      if (rows == kBlock && lines.lines == kBlock) {
        Unit::multiply_blocks(left, right_.data(), steps, to);
      } else {
        Unit::multiply_blocks(left, right_.data(), steps,
                              BlockTarget::all_of(corner_));
        put_corner(corner_, rows, lines.lines, to);
      }
    }
  }

  using Blocks = AlignedVector<PackedBlock<kParts>>;

  typename Unit::Scope scope_;
  GemmFactor left_lines_{};  // of what is packed
  Blocks& left_ = thread_scratch<PackedFactors<kParts>>().left;
  Blocks& right_ = thread_scratch<PackedFactors<kParts>>().right;
  alignas(64) ResultBlock corner_;
};

}  // namespace scvigor

#endif

#endif
