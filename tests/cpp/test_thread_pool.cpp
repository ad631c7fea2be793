// The pool's promises: a region ends without its threads, and leaves nothing.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "scvigor/runtime.hpp"
#include "util/parallel.hpp"
#include "util/thread_pool.hpp"

using namespace scvigor;

namespace {

// Calls work(task) for n tasks, in a pool for so many workers.
template <class Function>
void run(ThreadPool& pool, std::int64_t n, std::int64_t workers,
         const Function& work) {
  std::vector<std::int64_t> ends;
  for (std::int64_t w = 1; w <= workers; ++w) ends.push_back(n * w / workers);
  const auto call = [](const void* context, TaskSource& tasks) {
    for (std::int64_t task; tasks(task);)
      (*static_cast<const Function*>(context))(task);
  };
  pool.run(ends.data(), ends.size(), {call, &work});
}

bool wait_for(const std::atomic<bool>& flag) {
  const auto end = Clock::now() + std::chrono::seconds(60);
  while (!flag && Clock::now() < end) std::this_thread::yield();
  return flag;
}

// What a forked child's function returns.
template <class Function>
int status_of_child(Function child) {
  const pid_t process = fork();
  if (process == 0) {
    alarm(60);
    _exit(child());
  }
  int status = -1;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("thread pool: each task of many regions is done exactly once") {
  ThreadPool pool;
  for (int region = 0; region < 3000; ++region) {
    const std::int64_t workers = 1 + region % 5;
    const std::int64_t n = region % 37;
    std::vector<std::atomic<int>> done(static_cast<std::size_t>(n));
    run(pool, n, workers,
        [&](std::int64_t task) { ++done[static_cast<std::size_t>(task)]; });
    const bool once = std::all_of(done.begin(), done.end(),
                                  [](const auto& times) { return times == 1; });
    if (!once) FAIL("region " << region);
  }
}

TEST_CASE("thread pool: a region within a region runs on its thread alone") {
  ThreadPool pool;
  std::atomic<int> done{0};
  std::atomic<int> elsewhere{0};
  run(pool, 8, 2, [&](std::int64_t) {
    const auto thread = std::this_thread::get_id();
    // not in one where all other threads back off: the caller is alone then
    const bool within = ThreadPool::in_region();
    run(pool, 100, 2, [&](std::int64_t) {
      elsewhere += within && std::this_thread::get_id() != thread;
      ++done;
    });
  });
  CHECK(done == 800);
  CHECK(elsewhere == 0);
  CHECK(!ThreadPool::in_region());
}

TEST_CASE(
    "thread pool: an exception reaches the caller, and the pool goes on") {
  ThreadPool pool;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto bad = repeat % 16;
    CHECK_THROWS_AS(run(pool, 16, 4,
                        [&](std::int64_t task) {
                          if (task == bad) throw std::domain_error("bad");
                        }),
                    std::domain_error);
    CHECK(!ThreadPool::in_region());
    std::atomic<int> done{0};
    run(pool, 16, 4, [&](std::int64_t) { ++done; });
    CHECK(done == 16);
  }
  // an exception of each thread
  CHECK_THROWS_AS(
      run(pool, 16, 4, [](std::int64_t) { throw std::domain_error("bad"); }),
      std::domain_error);
}

TEST_CASE(
    "thread pool: a thread at a task does not hold up the others' tasks") {
  ThreadPool pool;
  std::atomic<bool> other_has_one{false};
  std::atomic<bool> rest_is_done{false};
  std::atomic<int> done{0};
  std::atomic<int> in_vain{0};
  const auto caller = std::this_thread::get_id();
  run(pool, 20, 2, [&](std::int64_t) {
    if (std::this_thread::get_id() != caller) {
      other_has_one = true;
      in_vain += !wait_for(rest_is_done);
    } else {
      in_vain += !wait_for(other_has_one);
    }
    if (++done == 19) rest_is_done = true;
  });
  CHECK(done == 20);
  CHECK(in_vain == 0);
}

TEST_CASE("thread pool: a region ends although its thread is at another one") {
  ThreadPool pool;
  std::atomic<bool> other_is_busy{false};
  std::atomic<bool> region_is_over{false};
  std::atomic<int> in_vain{0};
  std::thread thread([&] {
    run(pool, 2, 2, [&](std::int64_t) {
      other_is_busy = true;
      in_vain += !wait_for(region_is_over);
    });
  });
  CHECK(wait_for(other_is_busy));
  std::atomic<int> done{0};
  run(pool, 50, 2, [&](std::int64_t) { ++done; });
  CHECK(done == 50);
  region_is_over = true;
  thread.join();
  CHECK(in_vain == 0);
}

TEST_CASE("thread pool: several threads may start regions at once") {
  ThreadPool pool;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int region = 0; region < 500; ++region)
        run(pool, 12, 3, [&](std::int64_t) { ++done; });
    });
  for (auto& thread : threads) thread.join();
  CHECK(done == 4 * 500 * 12);
}

TEST_CASE(
    "thread pool: more threads than processors, and pools that come and "
    "go") {
  for (int repeat = 0; repeat < 20; ++repeat) {
    ThreadPool pool;
    std::atomic<int> done{0};
    for (int region = 0; region < 20; ++region)
      run(pool, 64, 16, [&](std::int64_t) { ++done; });
    CHECK(done == 20 * 64);
  }
}

TEST_CASE("thread pool: threads wake up after a sleep") {
  ThreadPool pool;
  for (int region = 0; region < 30; ++region) {
    std::atomic<int> done{0};
    run(pool, 8, 3, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      ++done;
    });
    CHECK(done == 8);
    std::this_thread::sleep_for(std::chrono::milliseconds(region % 3));
  }
}

TEST_CASE("thread pool: a forked child computes, with threads of its own") {
  const ThreadScope threads(2);
  const auto sum = [] {
    std::atomic<std::int64_t> out{0};
    share_tasks(1000, 1, [&](auto take) {
      for (std::int64_t task; take(task);) out += task;
    });
    return out.load();
  };
  CHECK(sum() == 499500);
  const int status = status_of_child([&] {
    if (num_threads() != 1) return 1;
    if (sum() != 499500) return 2;
    const ThreadScope two(2);
    if (num_threads() != 2) return 3;
    return sum() == 499500 ? 0 : 4;
  });
  CHECK(status == 0);
  CHECK(sum() == 499500);
}
