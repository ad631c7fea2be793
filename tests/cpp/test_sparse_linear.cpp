// The first layer on sparse counts is the product with the dense matrix.

#include <ATen/ATen.h>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/sparse_linear.hpp"
#include "kernels/tape.hpp"
#include "scvigor/runtime.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

struct Result {
  at::Tensor out;
  at::Tensor grad;  // w.r.t. the weight
};

using Form = at::Tensor (*)(const SparseCounts&, const at::Tensor&);

at::Tensor by_autograd(const SparseCounts& x, const at::Tensor& weight) {
  return x.dense().mm(weight);
}

Result run(const SparseCounts& x, const at::Tensor& weight, Form form) {
  const at::Tensor w = weight.detach().clone().requires_grad_(true);
  Tape tape;
  const at::Tensor out = form(x, w);
  // The sum of squares: a gradient that differs between cells and units.
  tape.backward({{out.pow(2).sum()}});
  return {out.detach(), w.grad()};
}

at::Tensor counts_with_gaps(at::ScalarType precision) {
  at::Tensor counts = support::simulate_counts(21, 67, 3);
  counts.select(0, 0).zero_();
  counts.select(0, 20).zero_();
  counts.select(1, 0).zero_();
  counts.select(1, 66).zero_();
  return counts.to(precision);
}

}  // namespace

TEST_CASE("sparse_linear is the dense product, with its gradient") {
  // Widths with and without a rest after whole vectors.
  for (const auto width : {1, 7, 16, 128, 131})
    for (const auto precision : {at::kDouble, at::kFloat}) {
      INFO(width << " units in " << precision);
      const at::Tensor counts = counts_with_gaps(precision).log1p();
      const at::Tensor weight =
          at::linspace(-1.0, 1.0, 67 * width, precision).reshape({67, width});
      const auto expected = run(support::sparse_of(counts.to(at::kDouble)),
                                weight.to(at::kDouble), by_autograd);
      const double tolerance = precision == at::kDouble ? 1e-12 : 1e-4;
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(backend.name);
        const auto found = run(support::sparse_of(counts.to(backend.device)),
                               weight.to(backend.device), sparse_linear);
        REQUIRE_CLOSE(found.out.cpu(), expected.out, tolerance);
        REQUIRE_CLOSE(found.grad.cpu(), expected.grad, tolerance);
      });
    }
}

TEST_CASE("sparse_linear is the same for more genes than a tile has") {
  at::Tensor counts = support::simulate_counts(9, 1500, 5).to(at::kDouble);
  counts.select(0, 3).zero_();
  const at::Tensor dense_tile = counts.narrow(1, 600, 200);
  dense_tile.add_(1.0);  // consecutive genes without a zero
  const at::Tensor weight =
      at::linspace(-1.0, 1.0, 1500 * 12, at::kDouble).reshape({1500, 12});
  const SparseCounts x = support::sparse_of(counts);
  const auto expected = run(x, weight, by_autograd);
  const auto found = run(x, weight, sparse_linear);
  REQUIRE_CLOSE(found.out, expected.out, 1e-12);
  REQUIRE_CLOSE(found.grad, expected.grad, 1e-12);
}

TEST_CASE("cells without counts give zeros and no gradient") {
  const SparseCounts x = support::sparse_of(at::zeros({4, 9}, at::kDouble));
  const auto found = run(x, at::ones({9, 5}, at::kDouble), sparse_linear);
  CHECK(found.out.sizes() == at::IntArrayRef({4, 5}));
  CHECK(found.out.abs().sum().item<double>() == 0.0);
  CHECK(found.grad.abs().sum().item<double>() == 0.0);
}

TEST_CASE("the number of threads changes no bit of the first layer") {
  const SparseCounts x = support::sparse_of(
      support::simulate_counts(100, 500, 4).to(at::kFloat).log1p());
  const at::Tensor weight =
      at::linspace(-1.0, 1.0, 500 * 32, at::kFloat).reshape({500, 32});
  const auto with_threads = [&](int n) {
    const ThreadScope threads(n);
    return run(x, weight, sparse_linear);
  };
  const auto one = with_threads(1);
  const auto two = with_threads(2);
  CHECK(one.out.equal(two.out));
  CHECK(one.grad.equal(two.grad));
}
