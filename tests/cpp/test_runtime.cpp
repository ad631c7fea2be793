// Threads, and what LibTorch's errors look like outside.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <limits>

#include "api/errors.hpp"
#include "catch.hpp"
#include "scvigor/runtime.hpp"
#include "util/parallel.hpp"

using namespace scvigor;

TEST_CASE("a number of threads holds within its scope") {
  const int before = num_threads();
  {
    const ThreadScope one(1);
    CHECK(num_threads() == 1);
    {
      const ThreadScope two(2);
      CHECK(num_threads() == 2);
      const ThreadScope unchanged(0);
      CHECK(num_threads() == 2);
    }
    CHECK(num_threads() == 1);
  }
  CHECK(num_threads() == before);
}

TEST_CASE("any number of threads is taken, and limited") {
  for (const int n : {-1, 100000, std::numeric_limits<int>::max()}) {
    const ThreadScope threads(n);
    CHECK(num_threads() >= 1);
    CHECK(num_threads() <= 1024);
  }
  CHECK(n_processors() >= 1);
  CHECK(available_processors() >= 1);
  CHECK(available_processors() <= n_processors());
}

TEST_CASE("LibTorch has one thread within a scope, and its own number after") {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  {
    const ThreadScope threads(2);
    CHECK(at::get_num_threads() == 1);
    {
      const ThreadScope inner(0);
      CHECK(at::get_num_threads() == 1);
    }
    CHECK(at::get_num_threads() == 1);
    // other threads compute alone, too
    std::atomic<int> most{0};
    parallel_for(0, 64, 1, [&](std::int64_t, std::int64_t) {
      if (at::get_num_threads() > most) most = at::get_num_threads();
    });
    CHECK(most == 1);
  }
  CHECK(at::get_num_threads() == 3);
  at::set_num_threads(before);
}

TEST_CASE("the version of LibTorch is known") {
  CHECK_THAT(libtorch_version(), contains("."));
}

TEST_CASE("LibTorch's errors come out short, others as they are") {
  try {
    without_torch_errors([] { at::ones({2, 3}).mm(at::ones({2, 3})); });
    FAIL_CHECK("no error");
  } catch (const c10::Error&) {
    FAIL_CHECK("LibTorch's own error");
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    CHECK_THAT(text, contains("LibTorch") && contains("mat1"));
    CHECK_THAT(text, !contains("frame #"));
  }
  CHECK_THROWS_AS(without_torch_errors([]() -> int { throw std::bad_alloc(); }),
                  std::bad_alloc);
  CHECK(without_torch_errors([] { return 3; }) == 3);
}
