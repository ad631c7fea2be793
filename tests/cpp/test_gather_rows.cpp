// Gathering rows of a weight is the product with one-hot rows, gradient
// included.

#include <ATen/ATen.h>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/gather_rows.hpp"
#include "kernels/tape.hpp"

using namespace scvigor;

TEST_CASE("gather_rows() is the product with one-hot rows") {
  for (const auto precision : {at::kFloat, at::kDouble})
    support::for_each_backend([&](const support::Backend& backend) {
      INFO(backend.name << " in " << precision);
      const auto options = at::TensorOptions(backend.device).dtype(precision);
      const auto matrix = [&](std::int64_t rows) {
        return at::arange(rows * 7, options).reshape({rows, 7});
      };
      const at::Tensor codes = at::arange(10, options.dtype(at::kLong))
                                   .mul(3)
                                   .remainder(4);  // level 4 has no cell
      const at::Tensor one_hot = at::eye(5, options).index_select(0, codes);
      const auto run = [&](auto form) {
        const at::Tensor weight = matrix(5).requires_grad_(true);
        Tape tape;
        const at::Tensor out = form(weight);
        tape.backward({{(out * matrix(10)).sum()}});
        return std::make_pair(out.detach(), weight.grad());
      };
      const auto expected =
          run([&](const at::Tensor& w) { return one_hot.mm(w); });
      const auto found =
          run([&](const at::Tensor& w) { return gather_rows(w, codes); });
      CHECK(found.first.equal(expected.first));
      // The gradient of level 4 is zero, not undefined.
      CHECK(found.second.equal(expected.second));

      const at::Tensor rows = at::ones({10, 7}, options).requires_grad_(true);
      const auto added =
          run([&](const at::Tensor& w) { return gather_rows(w, codes, rows); });
      CHECK(added.first.equal(expected.first + 1));
      CHECK(added.second.equal(expected.second));
      CHECK(rows.grad().equal(matrix(10)));

      const at::Tensor row = at::ones({7}, options).requires_grad_(true);
      const auto shared =
          run([&](const at::Tensor& w) { return gather_rows(w, codes, row); });
      CHECK(shared.first.equal(expected.first + 1));
      CHECK(shared.second.equal(expected.second));
      CHECK(row.grad().equal(matrix(10).sum(0)));
    });
}
