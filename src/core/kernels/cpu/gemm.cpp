#include "kernels/cpu/gemm.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/cpu/amx_gemm.hpp"
#include "simd/dispatch.hpp"
#include "simd/transpose.hpp"
#include "simd/vector_register.hpp"
#include "util/task_queue.hpp"

// The way of Goto and van de Geijn (2008), for one level of cache: a panel of
// b, kPanel columns wide and kDepth rows deep, is packed so that it lies in
// the nearest cache, and meets all rows of a, a few at a time, whose results
// stay in registers.

namespace scvigor {
namespace {

constexpr std::int64_t kPanel = kGemmPanel;
constexpr std::int64_t kDepth = 256;

// Some rows of a and a packed panel of b.
struct Block {
  const float* a;  // rows x depth
  std::int64_t a_row_step;
  std::int64_t a_column_step;
  const float* panel;  // depth x kPanel
  std::int64_t depth;
  bool add;            // to what `out` holds, else to `start`
  const float* start;  // kPanel
  float* out;          // rows x kPanel
  std::int64_t out_row_step;
  // What is packed next, fetched meanwhile: some rows of it with every tile.
  const float* next;  // next_rows x kPanel, or null
  std::int64_t next_row_step;
  std::int64_t next_rows;
};

// The share of tile `tile` of `tiles`.
SCVIGOR_INLINE void fetch_next(const Block& block, std::int64_t tile,
                               std::int64_t tiles) {
  if (block.next == nullptr) return;
  const auto end = block.next_rows * (tile + 1) / tiles;
  for (auto j = block.next_rows * tile / tiles; j < end; ++j) {
    const float* row = block.next + j * block.next_row_step;
    __builtin_prefetch(row);
    __builtin_prefetch(row + kPanel / 2);
    __builtin_prefetch(row + kPanel - 1);
  }
}

// out += a panel, for kRows rows and two registers of columns from
// `column`.
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
  const V* start = reinterpret_cast<const V*>(block.start + column);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    V* to = reinterpret_cast<V*>(out + i * block.out_row_step);
    to[0] = (block.add ? to[0] : start[0]) + sum[i][0];
    to[1] = (block.add ? to[1] : start[1]) + sum[i][1];
  }
}

// The tile of the result after the next one, of this panel or the one beside
// it.
template <int kRows, std::int64_t kColumns>
SCVIGOR_INLINE void fetch_result(const Block& block, std::int64_t row,
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
SCVIGOR_INLINE void multiply_block_body(const Block& block, std::int64_t rows) {
  constexpr auto kColumns = 2 * Register<float, kBytes>::kSize;
  for (std::int64_t column = 0; column < kPanel; column += kColumns) {
    std::int64_t row = 0;
    for (; row + kRows <= rows; row += kRows) {
      if (column == 0) fetch_next(block, row / kRows, rows / kRows);
      fetch_result<kRows, kColumns>(block, row, rows, column);
      multiply_tile<kBytes, kRows>(block, row, column);
    }
    for (; row < rows; ++row) multiply_tile<kBytes, 1>(block, row, column);
  }
}

SCVIGOR_KERNEL_BY_LEVEL(multiply_block, (multiply_block_body<16, 6>),
                        (multiply_block_body<32, 6>),
                        (multiply_block_body<64, 8>),
                        (const Block& block, std::int64_t rows), (block, rows))

// to[j, c] = b[j, c] of a b whose columns lie in a row, for all kPanel of
// them.
template <int kBytes>
SCVIGOR_INLINE void pack_columns_body(const MatrixView& b, std::int64_t depth,
                                      float* to) {
  using V = typename Register<float, kBytes>::Type;
  constexpr auto kLanes = static_cast<int>(Register<float, kBytes>::kSize);
  std::int64_t j = 0;
  for (; j + kLanes <= depth; j += kLanes)
    for (std::int64_t c = 0; c < kPanel; c += kLanes) {
      V square[kLanes];
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

// to[j, c] = b[j, c] of a b whose rows lie in a row.
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

// to[j, c] = b[j, c]; zeros where b has no column.
void pack_panel(const MatrixView& b, std::int64_t depth, std::int64_t columns,
                float* to) {
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

// Where a panel of some rows of the result is summed up: in place, or beside
// it when the rows end before the panel does.
class PanelOut {
 public:
  PanelOut(const GemmOutput& target, bool add, std::int64_t row,
           std::int64_t rows, std::int64_t n, std::int64_t first)
      : out_(target.data + row * target.row_step + first),
        row_step_(target.row_step),
        rows_(rows),
        columns_(std::min(kPanel, n - first)) {
    if (first + kPanel <= target.row_step) return;
    beside_.resize(rows * kPanel);
    if (add)
      for (std::int64_t i = 0; i < rows; ++i)
        std::copy_n(out_ + i * row_step_, columns_,
                    beside_.data() + i * kPanel);
  }

  std::int64_t columns() const { return columns_; }
  float* data() { return beside_.empty() ? out_ : beside_.data(); }
  std::int64_t row_step() const { return beside_.empty() ? row_step_ : kPanel; }

  void finish() {
    if (beside_.empty()) return;
    for (std::int64_t i = 0; i < rows_; ++i)
      std::copy_n(beside_.data() + i * kPanel, columns_, out_ + i * row_step_);
  }

 private:
  float* out_;
  std::int64_t row_step_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::vector<float> beside_;
};

// A panel of the result, for `rows` of its rows from `row` on: what the rows of
// b from `j` on add to it, kDepth at most.
void multiply_panel(const Gemm& product, std::int64_t j, std::int64_t first,
                    std::int64_t row, std::int64_t rows) {
  const auto& [a, b, shape, target] = product;
  alignas(64) float panel[kDepth * kPanel];
  alignas(64) float start[kPanel] = {};
  float sums[kPanel] = {};
  const bool add = target.add || j > 0;
  PanelOut out(target, add, row, rows, shape.n, first);
  if (target.bias != nullptr)
    std::copy_n(target.bias + first, out.columns(), start);
  const float* block = b.data + j * b.row_step + first * b.column_step;
  const auto depth = std::min(kDepth, shape.k - j);
  pack_panel({block, b.row_step, b.column_step}, depth, out.columns(), panel);
  const bool fetch = b.column_step == 1 && first + 2 * kPanel <= shape.n;
  multiply_block(
      {a.data + row * a.row_step + j * a.column_step, a.row_step, a.column_step,
       panel, depth, add, start, out.data(), out.row_step(),
       fetch ? block + kPanel : nullptr, b.row_step, depth},
      rows);
  out.finish();
  if (target.column_sums == nullptr || row > 0) return;
  add_column_sums(panel, depth, sums);
  float* to = target.column_sums + first;
  for (std::int64_t c = 0; c < out.columns(); ++c)
    to[c] = add ? to[c] + sums[c] : sums[c];
}

// So much work is worth a thread.
constexpr std::int64_t kWorkPerThread = 1 << 16;
// Fewer rows do not pay for packing a panel.
constexpr std::int64_t kMinRows = 32;

// Some panels of the products of a chain, and some of their rows.
struct ChainTask {
  const AccumulatedGemm* chain;
  std::int64_t first_panel, last_panel;
  std::int64_t row, last_row;
};

std::int64_t panels_of(const AccumulatedGemm& chain) {
  if (chain.empty()) return 0;
  return (chain.front().shape.n + kPanel - 1) / kPanel;
}

std::int64_t work_of(const AccumulatedGemm& chain) {
  std::int64_t work = 0;
  for (const auto& product : chain)
    work += product.shape.m * product.shape.k * product.shape.n;
  return work;
}

// A deep product meets the same columns of a with several panels: a worker's
// stay together. Others are handed out one by one.
std::int64_t panels_per_task(const AccumulatedGemm& chain) {
  const bool deep =
      std::any_of(chain.begin(), chain.end(),
                  [](const Gemm& product) { return product.shape.k > kDepth; });
  return deep ? std::numeric_limits<std::int64_t>::max() : 1;
}

// Adds the tasks of worker `worker` of `workers`. They share the panels, and
// the rows too where panels are too few, but not into parts that are too small.
void add_tasks(const AccumulatedGemm& chain, std::int64_t worker,
               std::int64_t workers, std::vector<ChainTask>& tasks) {
  if (chain.empty()) return;
  const auto m = chain.front().shape.m;
  const auto n_panels = panels_of(chain);
  const auto row_parts = std::min(std::max<std::int64_t>(1, m / kMinRows),
                                  (workers + n_panels - 1) / n_panels);
  const auto row_part = worker % row_parts;
  const auto row = m * row_part / row_parts;
  const auto last_row = m * (row_part + 1) / row_parts;
  // Whoever else has these rows has other panels.
  const auto panel_part = worker / row_parts;
  const auto panel_parts = (workers - row_part + row_parts - 1) / row_parts;
  const auto end = n_panels * (panel_part + 1) / panel_parts;
  const auto at_once = panels_per_task(chain);
  for (auto panel = n_panels * panel_part / panel_parts; panel < end;) {
    const auto last = panel + std::min(at_once, end - panel);
    tasks.push_back({&chain, panel, last, row, last_row});
    panel = last;
  }
}

void run(const ChainTask& task) {
  for (const auto& product : *task.chain)
    for (std::int64_t j = 0; j < product.shape.k; j += kDepth)
      for (auto panel = task.first_panel; panel < task.last_panel; ++panel)
        multiply_panel(product, j, panel * kPanel, task.row,
                       task.last_row - task.row);
}

void simd_gemm(const std::vector<const AccumulatedGemm*>& chains) {
  std::int64_t work = 0;
  for (const auto* chain : chains) work += work_of(*chain);
  const auto workers = workers_for(work / kWorkPerThread);
  std::int64_t panels = 0;
  for (const auto* chain : chains) panels += panels_of(*chain);
  std::vector<ChainTask> tasks;
  tasks.reserve(static_cast<std::size_t>(panels * workers));
  std::vector<std::int64_t> ends;
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    for (const auto* chain : chains) add_tasks(*chain, worker, workers, tasks);
    ends.push_back(static_cast<std::int64_t>(tasks.size()));
  }
  share_tasks(ends, [&](auto take) {
    for (std::int64_t task; take(task);)
      run(tasks[static_cast<std::size_t>(task)]);
  });
}

}  // namespace

void gemm_batch(const std::vector<AccumulatedGemm>& chains) {
  std::vector<const AccumulatedGemm*> by_tiles, by_registers;
  for (const auto& chain : chains)
    (uses_amx(chain) ? by_tiles : by_registers).push_back(&chain);
  if (!by_tiles.empty()) amx_gemm(by_tiles);
  if (!by_registers.empty()) simd_gemm(by_registers);
}

void gemm(const Gemm& product) { gemm_batch({{product}}); }

}  // namespace scvigor
