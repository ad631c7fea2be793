#include "kernels/cpu/simd_gemm.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/cpu/gemm_block.hpp"
#include "kernels/cpu/gemm_pack.hpp"
#include "simd/cpu_level.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

// Goto and van de Geijn (2008), for one level of cache: a panel of b, kPanel
// columns wide and kDepth rows deep, is packed so that it stays in the nearest
// cache, and multiplied by all rows of a.

namespace scvigor {
namespace {

constexpr std::int64_t kDepth = 256;

struct PanelScratch {
  std::vector<float> panel;
};

// A panel of some rows of the result while it is computed: in place, or in a
// buffer when the rows end before the panel does.
class PanelOutput {
 public:
  PanelOutput(const GemmOutput& target, bool add, std::int64_t row,
              std::int64_t rows, std::int64_t n, std::int64_t first)
      : out_(target.data + row * target.row_step + first),
        row_step_(target.row_step),
        rows_(rows),
        columns_(std::min(kPanel, n - first)) {
    if (first + kPanel <= target.row_step) return;
    auto& panel = thread_scratch<PanelScratch>().panel;
    panel.resize(static_cast<std::size_t>(rows * kPanel));
    buffer_ = panel.data();
    if (add)
      for (std::int64_t i = 0; i < rows; ++i)
        std::copy_n(out_ + i * row_step_, columns_, buffer_ + i * kPanel);
  }

  std::int64_t columns() const { return columns_; }
  float* data() { return buffer_ == nullptr ? out_ : buffer_; }
  std::int64_t row_step() const {
    return buffer_ == nullptr ? row_step_ : kPanel;
  }

  void finish() {
    if (buffer_ == nullptr) return;
    for (std::int64_t i = 0; i < rows_; ++i)
      std::copy_n(buffer_ + i * kPanel, columns_, out_ + i * row_step_);
  }

 private:
  float* out_;
  std::int64_t row_step_;
  std::int64_t rows_;
  std::int64_t columns_;
  float* buffer_ = nullptr;  // of the thread
};

// Adds to a panel of the result, from column `first` on, for `rows` of its rows
// from `row` on: the products with the rows of b from `j` on, kDepth at most.
void multiply_panel(const Gemm& product, std::int64_t j, std::int64_t first,
                    std::int64_t row, std::int64_t rows) {
  const auto& [a, b, shape, target] = product;
  alignas(64) float panel[kDepth * kPanel];
  alignas(64) float start[kPanel] = {};
  float sums[kPanel] = {};
  const bool add = target.add || j > 0;
  PanelOutput out(target, add, row, rows, shape.n, first);
  if (target.bias != nullptr)
    std::copy_n(target.bias + first, out.columns(), start);
  const MatrixView left = a.from(row, j);
  const MatrixView right = b.from(j, first);
  const auto depth = std::min(kDepth, shape.k - j);
  pack_panel(right, depth, out.columns(), panel);
  const bool prefetch = b.column_step == 1 && first + 2 * kPanel <= shape.n;
  multiply_block(
      {left.data, left.row_step, left.column_step, panel, depth, add, start,
       out.data(), out.row_step(), prefetch ? right.data + kPanel : nullptr,
       right.row_step, depth},
      rows);
  out.finish();
  if (target.column_sums == nullptr || row > 0) return;
  add_column_sums(panel, depth, sums);
  float* to = target.column_sums + first;
  for (std::int64_t c = 0; c < out.columns(); ++c)
    to[c] = add ? to[c] + sums[c] : sums[c];
}

// Multiplications that are worth a thread.
constexpr std::int64_t kWorkPerThread = 1 << 16;
// Fewer rows do not pay for packing a panel.
constexpr std::int64_t kMinRows = 32;

// Some panels of the result, and some of its rows.
struct PanelTask {
  const AccumulatedGemm* products;
  std::int64_t first_panel, last_panel;
  std::int64_t row, last_row;
};

struct BatchScratch {
  std::vector<PanelTask> tasks;
  std::vector<std::int64_t> ends;
};

std::int64_t panels_of(const AccumulatedGemm& products) {
  return ceil_div(products.front().shape.n, kPanel);
}

std::int64_t work_of(const AccumulatedGemm& products) {
  std::int64_t work = 0;
  for (const auto& product : products)
    work += product.shape.m * product.shape.k * product.shape.n;
  return work;
}

// A deep product uses the same columns of a for several panels: the panels of a
// worker stay together. Those of others are one task each.
std::int64_t panels_per_task(const AccumulatedGemm& products) {
  const bool deep =
      std::any_of(products.begin(), products.end(),
                  [](const Gemm& product) { return product.shape.k > kDepth; });
  return deep ? std::numeric_limits<std::int64_t>::max() : 1;
}

// Adds the tasks of worker `worker` of `workers`. They share the panels, and
// where panels are too few the rows too, but not in parts that are too small.
void add_tasks(const AccumulatedGemm& products, std::int64_t worker,
               std::int64_t workers, std::vector<PanelTask>& tasks) {
  const auto m = products.front().shape.m;
  const auto n_panels = panels_of(products);
  const auto row_parts = std::min(std::max<std::int64_t>(1, m / kMinRows),
                                  ceil_div(workers, n_panels));
  const auto row_part = worker % row_parts;
  const auto row = m * row_part / row_parts;
  const auto last_row = m * (row_part + 1) / row_parts;
  // Workers with the same rows have different panels.
  const auto panel_part = worker / row_parts;
  const auto panel_parts = ceil_div(workers - row_part, row_parts);
  const auto end = n_panels * (panel_part + 1) / panel_parts;
  const auto at_once = panels_per_task(products);
  for (auto panel = n_panels * panel_part / panel_parts; panel < end;) {
    const auto last = panel + std::min(at_once, end - panel);
    tasks.push_back({&products, panel, last, row, last_row});
    panel = last;
  }
}

void run(const PanelTask& task) {
  for (const auto& product : *task.products)
    for (std::int64_t j = 0; j < product.shape.k; j += kDepth)
      for (auto panel = task.first_panel; panel < task.last_panel; ++panel)
        multiply_panel(product, j, panel * kPanel, task.row,
                       task.last_row - task.row);
}

}  // namespace

bool uses_simd(const AccumulatedGemm&) {
  return cpu_level() >= CpuLevel::kAvx2;
}

void simd_gemm(GemmBatch batch) {
  std::int64_t work = 0;
  for (const auto* products : batch) work += work_of(*products);
  const auto workers = workers_for(work / kWorkPerThread);
  auto& [tasks, ends] = thread_scratch<BatchScratch>();
  tasks.clear();
  ends.clear();
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    for (const auto* products : batch)
      add_tasks(*products, worker, workers, tasks);
    ends.push_back(static_cast<std::int64_t>(tasks.size()));
  }
  share_tasks(ends, [first = tasks.data()](auto take) {
    for (std::int64_t task; take(task);) run(first[task]);
  });
}

}  // namespace scvigor
