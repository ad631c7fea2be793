#include "kernels/cpu/amx_gemm.hpp"

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AMX

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/amx_worker.hpp"
#include "kernels/cpu/split_depth_gemm.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {
namespace {

// About `wanted` tasks of accumulated products, of some panels each: more where
// a task would be too large, fewer where there are not as many panels.
void add_tasks(const Gemm* first, const Gemm* last, std::int64_t wanted,
               std::vector<AmxTask>& tasks) {
  constexpr std::int64_t kMaxPanels = 8;
  const auto& shape = first->shape;
  const auto panels = ceil_div(shape.n, kGemmPanel);
  const auto parts =
      std::clamp<std::int64_t>(wanted, ceil_div(panels, kMaxPanels), panels);
  for (std::int64_t row = 0; row < shape.m; row += kAmxRows)
    for (std::int64_t part = 0; part < parts; ++part)
      tasks.push_back({first, last, panels * part / parts,
                       panels * (part + 1) / parts, row,
                       std::min(kAmxRows, shape.m - row)});
}

// The end of the tasks of each worker, which get about equal work.
void add_ends(const std::vector<AmxTask>& tasks,
              std::vector<std::int64_t>& ends) {
  constexpr std::int64_t kWorkPerThread = 1 << 19;
  std::int64_t all = 0;
  for (const auto& task : tasks) all += task.work();
  const auto workers = workers_for(all / kWorkPerThread);
  std::int64_t done = 0;
  std::int64_t task = 0;
  for (std::int64_t worker = 1; worker < workers; ++worker) {
    const auto n_tasks = static_cast<std::int64_t>(tasks.size());
    for (; task < n_tasks && done * workers < all * worker; ++task)
      done += tasks[static_cast<std::size_t>(task)].work();
    ends.push_back(task);
  }
  ends.push_back(static_cast<std::int64_t>(tasks.size()));
}

struct BatchScratch {
  std::vector<SplitDepthGemm> deep;
  std::vector<AmxTask> tasks;
  std::vector<std::int64_t> ends;
};

bool has_unit_step(const MatrixView& x) {
  return x.row_step == 1 || x.column_step == 1;
}

}  // namespace

bool uses_amx(const AccumulatedGemm& products) {
  constexpr std::int64_t kMinSize = 32;
  constexpr std::int64_t kMinDepth = 1 << 15;
  return cpu_level() == CpuLevel::kAmx &&
         std::all_of(products.begin(), products.end(), [](const Gemm& p) {
           return p.shape.n >= kMinSize && p.shape.k >= kMinSize &&
                  p.shape.n * p.shape.k >= kMinDepth && has_unit_step(p.a) &&
                  has_unit_step(p.b) &&
                  (p.target.column_sums == nullptr || p.b.column_step == 1);
         });
}

void amx_gemm(GemmBatch batch) {
  constexpr std::int64_t kTasksPerThread = 4;
  auto& [deep, tasks, ends] = thread_scratch<BatchScratch>();
  if (deep.size() < batch.size()) deep.resize(batch.size());
  tasks.clear();
  ends.clear();
  std::size_t n_deep = 0;
  for (const auto* products : batch) {
    if (!SplitDepthGemm::suits(*products)) {
      add_tasks(products->data(), products->data() + products->size(),
                kTasksPerThread * thread_count(), tasks);
      continue;
    }
    auto& parts = deep[n_deep++];
    parts.set(*products);
    for (const auto& part : parts.parts())
      add_tasks(&part, &part + 1, 1, tasks);
  }
  add_ends(tasks, ends);
  share_tasks(ends, [first = tasks.data()](auto take) {
    AmxWorker worker;
    for (std::int64_t task; take(task);) worker.run(first[task]);
  });
  for (std::size_t i = 0; i < n_deep; ++i) deep[i].add_up();
}

}  // namespace scvigor

#else

namespace scvigor {

bool uses_amx(const AccumulatedGemm&) { return false; }
void amx_gemm(GemmBatch) {}

}  // namespace scvigor

#endif
