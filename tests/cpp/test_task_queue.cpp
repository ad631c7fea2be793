// Every task is done once, by whichever thread.

#include <atomic>
#include <vector>

#include "catch.hpp"
#include "scvigor/runtime.hpp"
#include "util/task_queue.hpp"

using namespace scvigor;

TEST_CASE("a queue hands out a worker's own share first, then the others'") {
  TaskQueue queue({2, 2, 5});
  std::int64_t task = -1;
  const auto taken = [&](std::int64_t worker) {
    std::vector<std::int64_t> out;
    for (int i = 0; i < 2 && queue.take(worker, task); ++i) out.push_back(task);
    return out;
  };
  CHECK(taken(2) == std::vector<std::int64_t>{2, 3});
  CHECK(taken(1) == std::vector<std::int64_t>{4, 0});
  CHECK(taken(0) == std::vector<std::int64_t>{1});
  CHECK(taken(2).empty());
}

TEST_CASE("share_tasks() does every task once") {
  for (const int n_threads : {1, 2, 3, 8}) {
    const ThreadScope threads(n_threads);
    for (const std::int64_t n : {0, 1, 5, 1000})
      for (const std::int64_t grain : {1, 7, 2000}) {
        INFO(n_threads << " threads, " << n << " tasks, grain " << grain);
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(n));
        share_tasks(n, grain, [&](auto take) {
          for (std::int64_t task; take(task);)
            ++done[static_cast<std::size_t>(task)];
        });
        CHECK(std::all_of(done.begin(), done.end(),
                          [](const auto& times) { return times == 1; }));
      }
  }
}

TEST_CASE("within a parallel region its thread does all tasks itself") {
  const ThreadScope threads(2);
  std::atomic<int> done{0};
  at::parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    CHECK(workers_for(100) == 1);
    share_tasks(10, 1, [&](auto take) {
      for (std::int64_t task; take(task);) ++done;
    });
  });
  CHECK(done == 20);
}
