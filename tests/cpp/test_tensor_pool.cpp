// A pool hands out again the tensors that only it refers to, and no others.

#include <ATen/ATen.h>

#include <cstdint>

#include "catch.hpp"
#include "kernels/tape.hpp"
#include "util/tensor_pool.hpp"

using namespace scvigor;

TEST_CASE("a pool gives the same memory again once it is free") {
  TensorPool pool;
  const auto options = at::TensorOptions(at::kFloat);
  at::Tensor first = pool.take({3, 4}, options);
  const void* memory = first.data_ptr();
  CHECK(first.sizes() == at::IntArrayRef({3, 4}));
  CHECK(pool.take({3, 4}, options).data_ptr() != memory);  // still held

  at::Tensor part = first.narrow(0, 1, 1);
  first.reset();
  CHECK(pool.take({3, 4}, options).data_ptr() != memory);  // a part of it is
  part.reset();
  CHECK(pool.take({4, 3}, options).data_ptr() != memory);
  CHECK(pool.take({3, 4}, at::kDouble).scalar_type() == at::kDouble);
  CHECK(pool.take({3, 4}, options).data_ptr() == memory);
}

TEST_CASE("large tensors are like any other") {
  const auto options = at::TensorOptions(at::kDouble);
  for (const std::int64_t n : {0, 1, 1000, 300000}) {
    at::Tensor x = empty_in_large_pages({n, 2}, options);
    CHECK(x.sizes() == at::IntArrayRef({n, 2}));
    CHECK(x.is_contiguous());
    x.fill_(1.0);
    CHECK((x + x).sum().item<double>() == 4.0 * static_cast<double>(n));
  }
}

TEST_CASE("arrays of any length are parts of the same memory") {
  TensorPool pool;
  const void* memory = pool.take_array(1000, at::kFloat).data_ptr();
  for (const std::int64_t n : {1000, 1, 1100}) {
    const at::Tensor array = pool.take_array(n, at::kFloat);
    CHECK(array.sizes() == at::IntArrayRef({n}));
    CHECK(array.data_ptr() == memory);
    CHECK(pool.owns(array));
    CHECK(pool.take_array(n, at::kFloat).data_ptr() != memory);  // still held
    CHECK(pool.take_array(n, at::kDouble).scalar_type() == at::kDouble);
  }
  CHECK(pool.take_array(100000, at::kFloat).data_ptr() != memory);
}

TEST_CASE("what a pool gives has no gradient from its last use") {
  TensorPool pool;
  for (int step = 0; step < 2; ++step) {
    const at::Tensor x = pool.take({2}, at::kFloat);
    CHECK_FALSE(x.requires_grad());
    CHECK_FALSE(x.grad().defined());
    x.set_requires_grad(true);
    x.mutable_grad() = at::ones({2});
  }
  CHECK_FALSE(pool.owns(at::ones({2})));
}

TEST_CASE("a tape takes its buffers from its pool") {
  Tape::Workspace workspace;
  void* memory = nullptr;
  for (int step = 0; step < 2; ++step) {
    const Tape tape(&workspace);
    const at::Tensor buffer = Tape::buffer({5}, at::kFloat);
    if (step > 0) CHECK(buffer.data_ptr() == memory);
    memory = buffer.data_ptr();
  }
  CHECK(Tape::buffer({5}, at::kFloat).data_ptr() != memory);
}
