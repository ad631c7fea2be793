// What parallel regions cost with scvigor's pool, OpenMP and, where its headers
// are, oneTBB: a made-up step of 30 regions as long as those of a training
// step, with a little work on one thread after each, and nothing in the caches
// to win.
//
//   regions [THREADS] [SECONDS]
//
// Mean microseconds per step, each for so many seconds. On a busy machine, run
// it beside a shell loop, or twice at once.

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "scvigor/runtime.hpp"
#include "util/parallel.hpp"

#if __has_include(<tbb/parallel_for.h>)
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#define WITH_TBB
#endif

using namespace scvigor;

namespace {

struct Region {
  double microseconds;  // on one thread
  std::int64_t tasks;
  double after;  // microseconds until the next
};

// Six products, three passes over all genes of a cell, and what is small.
std::vector<Region> step_of_training() {
  std::vector<Region> out(6, {400.0, 20, 10.0});
  out.insert(out.end(), 3, {300.0, 16, 10.0});
  out.insert(out.end(), 21, {20.0, 2, 8.0});
  return out;
}

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start)
      .count();
}

void spend_passes(std::int64_t task, double passes) {
  static std::vector<std::vector<float>> buffers(
      32, std::vector<float>(4096, 1.0F));
  auto& buffer = buffers[static_cast<std::size_t>(task % 32)];
  for (double pass = 0.0; pass < passes; pass += 1.0) {
    for (float& x : buffer) x = x * 0.999F + 0.001F;
    asm volatile("" ::: "memory");
  }
}

double passes_per_microsecond() {
  double best = 1e9;
  for (int i = 0; i < 20; ++i) {
    const auto start = Clock::now();
    spend_passes(0, 1000.0);
    best = std::min(best, microseconds_since(start));
  }
  return 1000.0 / best;
}

// run(tasks, passes): a region of tasks that spend so many passes each.
template <class Run>
void measure(const char* name, double seconds, double rate, Run run) {
  const auto step = step_of_training();
  std::int64_t steps = 0;
  const auto start = Clock::now();
  for (; microseconds_since(start) < 1e6 * seconds; ++steps)
    for (const auto& region : step) {
      run(region.tasks,
          rate * region.microseconds / static_cast<double>(region.tasks));
      spend_passes(31, rate * region.after);
    }
  std::printf("%-10s %8.0f us per step\n", name,
              microseconds_since(start) / static_cast<double>(steps));
}

}  // namespace

int main(int argc, char** argv) {
  const int n_threads = argc > 1 ? std::atoi(argv[1]) : num_threads();
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2.0;
  const double rate = passes_per_microsecond();
  measure("one thread", seconds, rate, [](std::int64_t n, double passes) {
    for (std::int64_t task = 0; task < n; ++task) spend_passes(task, passes);
  });
  {
    const ThreadScope threads(n_threads);
    measure("scvigor", seconds, rate, [](std::int64_t n, double passes) {
      share_tasks(n, 1, [&](auto take) {
        for (std::int64_t task; take(task);) spend_passes(task, passes);
      });
    });
  }
#ifdef WITH_TBB
  tbb::task_arena arena(n_threads);
  measure("oneTBB", seconds, rate, [&](std::int64_t n, double passes) {
    arena.execute([&] {
      tbb::parallel_for(
          std::int64_t{0}, n,
          [&](std::int64_t task) { spend_passes(task, passes); },
          tbb::simple_partitioner());
    });
  });
#endif
  measure("OpenMP", seconds, rate, [=](std::int64_t n, double passes) {
    TaskQueue queue(static_cast<std::size_t>(n_threads));
    std::vector<std::int64_t> ends;
    for (int w = 1; w <= n_threads; ++w) ends.push_back(n * w / n_threads);
    queue.fill(ends.data(), ends.size());
#pragma omp parallel num_threads(n_threads)
    {
      const auto worker = static_cast<std::size_t>(omp_get_thread_num());
      for (std::int64_t task; queue.take(worker, task);)
        spend_passes(task, passes);
    }
  });
  return 0;
}
