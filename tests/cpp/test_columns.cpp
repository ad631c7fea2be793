// Matrices side by side, single columns, and sums, with their gradients.

#include <ATen/ATen.h>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/columns.hpp"
#include "kernels/tape.hpp"

using namespace scvigor;

namespace {

at::Tensor numbers(std::int64_t rows, std::int64_t columns,
                   const at::TensorOptions& options) {
  return at::arange(rows * columns, at::kDouble)
      .view({rows, columns})
      .to(options);
}

}  // namespace

TEST_CASE("joined columns and their gradients are those of cat()") {
  support::for_each_backend([](const support::Backend& backend) {
    for (const auto type : {at::kFloat, at::kDouble}) {
      INFO(backend.name << ", " << type);
      const at::TensorOptions on{at::TensorOptions(backend.device).dtype(type)};
      const at::Tensor a = numbers(5, 3, on).requires_grad_(true);
      const at::Tensor b = numbers(5, 1, on);
      const at::Tensor c = numbers(5, 4, on).requires_grad_(true);
      const at::Tensor weight = numbers(5, 8, on);
      Tape tape;
      const at::Tensor joined = join_columns({a, b, c});
      CHECK(joined.detach().equal(at::cat({a.detach(), b, c.detach()}, 1)));
      tape.backward({{(joined * weight).sum()}});
      CHECK(a.grad().equal(weight.narrow(1, 0, 3)));
      CHECK(c.grad().equal(weight.narrow(1, 4, 4)));
      CHECK_FALSE(b.grad().defined());
    }
  });
}

TEST_CASE("a column of a matrix, also of one that is not contiguous") {
  support::for_each_backend([](const support::Backend& backend) {
    INFO(backend.name);
    const at::Tensor codes =
        numbers(6, 3, at::TensorOptions(backend.device).dtype(at::kLong));
    for (const std::int64_t k : {0, 1, 2}) {
      CHECK(column_of(codes, k).equal(codes.select(1, k)));
      CHECK(column_of(codes.t(), k).equal(codes[k]));
    }
  });
}

TEST_CASE("a sum has the gradient of each of its terms") {
  support::for_each_backend([](const support::Backend& backend) {
    for (const auto type : {at::kFloat, at::kDouble}) {
      INFO(backend.name << ", " << type);
      const at::TensorOptions on{at::TensorOptions(backend.device).dtype(type)};
      const at::Tensor a = numbers(4, 37, on).requires_grad_(true);
      const at::Tensor b = (0.5 * numbers(4, 37, on)).requires_grad_(true);
      const at::Tensor weight = numbers(4, 37, on);
      Tape tape;
      const at::Tensor sum = sum_terms(a, b);
      CHECK(sum.detach().equal(a.detach() + b.detach()));
      // Each term has further uses: their gradients must not be one tensor.
      tape.backward({{((sum + 2.0 * a) * weight).sum()}});
      CHECK(a.grad().equal(3.0 * weight));
      CHECK(b.grad().equal(weight));
    }
  });
}
