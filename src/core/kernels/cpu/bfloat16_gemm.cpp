#include "kernels/cpu/bfloat16_gemm.hpp"

#include "simd/dispatch.hpp"

#ifdef SCVIGOR_AVX512_BF16

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/amx_unit.hpp"
#include "kernels/cpu/avx512_bf16_unit.hpp"
#include "kernels/cpu/bfloat16_worker.hpp"
#include "kernels/cpu/split_depth_gemm.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {
namespace {

// About `wanted` tasks of accumulated products, of some panels each: more where
// a task would be too large, fewer where there are not as many panels.
void add_tasks(const Gemm* first, const Gemm* last, std::int64_t wanted,
               std::vector<PackedTask>& tasks) {
  constexpr std::int64_t kMaxPanels = 8;
  const auto& shape = first->shape;
  const auto panels = ceil_div(shape.n, kGemmPanel);
  const auto parts =
      std::clamp<std::int64_t>(wanted, ceil_div(panels, kMaxPanels), panels);
  for (std::int64_t row = 0; row < shape.m; row += kPackedRows)
    for (std::int64_t part = 0; part < parts; ++part)
      tasks.push_back({first, last, panels * part / parts,
                       panels * (part + 1) / parts, row,
                       std::min(kPackedRows, shape.m - row)});
}

// The end of the tasks of each worker, which get about equal work.
void add_ends(const std::vector<PackedTask>& tasks,
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
  std::vector<PackedTask> tasks;
  std::vector<std::int64_t> ends;
};

bool has_unit_step(const MatrixView& x) {
  return x.row_step == 1 || x.column_step == 1;
}

template <class Unit, int kParts>
void run(GemmBatch batch) {
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
    Bfloat16Worker<Unit, kParts> worker;
    for (std::int64_t task; take(task);) worker.run(first[task]);
  });
  for (std::size_t i = 0; i < n_deep; ++i) deep[i].add_up();
}

bool fits(const Gemm& p) {
  constexpr std::int64_t kMinSize = 32;
  constexpr std::int64_t kMinDepth = 1 << 15;
  return p.shape.n >= kMinSize && p.shape.k >= kMinSize &&
         p.shape.n * p.shape.k >= kMinDepth && has_unit_step(p.a) &&
         has_unit_step(p.b) &&
         (p.target.column_sums == nullptr || p.b.column_step == 1);
}

}  // namespace

bool has_bfloat16_gemm(MatmulPrecision precision) {
  if (cpu_level() == CpuLevel::kAmx) return true;
  return precision == MatmulPrecision::kMedium &&
         cpu_level() == CpuLevel::kAvx512 && has_avx512_bf16();
}

bool uses_bfloat16(const AccumulatedGemm& products, MatmulPrecision precision) {
  return has_bfloat16_gemm(precision) &&
         std::all_of(products.begin(), products.end(), fits);
}

void bfloat16_gemm(GemmBatch batch, MatmulPrecision precision) {
#ifdef SCVIGOR_AMX
  if (cpu_level() == CpuLevel::kAmx) {
    switch (precision) {
      case MatmulPrecision::kHighest:
        return run<AmxUnit, 3>(batch);
      case MatmulPrecision::kHigh:
        return run<AmxUnit, 2>(batch);
      case MatmulPrecision::kMedium:
        return run<AmxUnit, 1>(batch);
    }
  }
#endif
  run<Avx512Bf16Unit, 1>(batch);
}

}  // namespace scvigor

#else

namespace scvigor {

bool has_bfloat16_gemm(MatmulPrecision) { return false; }
bool uses_bfloat16(const AccumulatedGemm&, MatmulPrecision) { return false; }
void bfloat16_gemm(GemmBatch, MatmulPrecision) {}

}  // namespace scvigor

#endif
