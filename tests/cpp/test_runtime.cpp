// Threads, and what LibTorch's errors look like outside.

#include <ATen/ATen.h>

#include <algorithm>

#include "api/errors.hpp"
#include "catch.hpp"
#include "scvigor/runtime.hpp"

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

TEST_CASE("thousands of threads are not what is meant") {
  const ThreadScope many(1000000);
  CHECK(num_threads() >= 1);
  CHECK(num_threads() <= std::max(256, n_processors()));
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
