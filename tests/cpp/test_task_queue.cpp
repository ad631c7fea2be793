// Every task is done once, by whichever thread.

#include <atomic>
#include <vector>

#include "catch.hpp"
#include "scvigor/runtime.hpp"
#include "util/parallel.hpp"

using namespace scvigor;

TEST_CASE("a queue hands out a worker's own share first, then the others'") {
  TaskQueue queue(8);
  const auto fill = [&](const std::vector<std::int64_t>& ends) {
    queue.fill(ends.data(), ends.size());
  };
  std::int64_t task = -1;
  const auto taken = [&](std::size_t worker) {
    std::vector<std::int64_t> out;
    for (int i = 0; i < 2 && queue.take(worker, task); ++i) out.push_back(task);
    return out;
  };
  CHECK(taken(0).empty());
  fill({2, 2, 5});
  CHECK(taken(2) == std::vector<std::int64_t>{2, 3});
  CHECK(taken(1) == std::vector<std::int64_t>{4, 0});
  CHECK(taken(0) == std::vector<std::int64_t>{1});
  CHECK(taken(2).empty());
  fill({1, 2});  // a worker of the former region may ask for a task of this one
  CHECK(taken(2) == std::vector<std::int64_t>{0, 1});
  CHECK(taken(0).empty());
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

TEST_CASE("parallel_for() covers a range once, in parts of the grain or more") {
  for (const int n_threads : {1, 2, 3, 8}) {
    const ThreadScope threads(n_threads);
    for (const std::int64_t n : {0, 1, 5, 1000})
      for (const std::int64_t grain : {1, 7, 2000}) {
        INFO(n_threads << " threads, " << n << " numbers, grain " << grain);
        constexpr std::int64_t kBegin = 3;
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(n));
        std::atomic<bool> is_small{false};
        parallel_for(kBegin, kBegin + n, grain,
                     [&](std::int64_t begin, std::int64_t end) {
                       if (2 * (end - begin) < std::min(grain, n))
                         is_small = true;
                       for (auto i = begin; i < end; ++i)
                         ++done[static_cast<std::size_t>(i - kBegin)];
                     });
        CHECK(std::all_of(done.begin(), done.end(),
                          [](const auto& times) { return times == 1; }));
        CHECK(!is_small);
      }
  }
}

TEST_CASE("within a parallel region its thread does all tasks itself") {
  const ThreadScope threads(2);
  std::atomic<int> done{0};
  std::atomic<int> more_than_one{0};
  parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    // not in one where all other threads back off: the caller is alone then
    if (ThreadPool::in_region()) more_than_one += workers_for(100) != 1;
    share_tasks(10, 1, [&](auto take) {
      for (std::int64_t task; take(task);) ++done;
    });
  });
  CHECK(done == 20);
  CHECK(more_than_one == 0);
}
