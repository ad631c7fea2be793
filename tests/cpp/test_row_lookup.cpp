// Rows of a weight are a product with one-hot rows, gradient included.

#include <ATen/ATen.h>

#include "catch.hpp"
#include "kernels/backend.hpp"
#include "kernels/row_lookup.hpp"
#include "kernels/tape.hpp"

using namespace scvigor;

TEST_CASE("look_up_rows() is the product with one-hot rows") {
  for (const auto precision : {at::kFloat, at::kDouble}) {
    const at::Tensor codes = at::arange(10, at::kLong).mul(3).remainder(4);
    const at::Tensor one_hot = at::eye(5, precision).index_select(0, codes);
    const auto run = [&](auto form) {
      const at::Tensor weight =
          at::arange(35, precision).reshape({5, 7}).requires_grad_(true);
      Tape tape;
      const at::Tensor out = form(weight);
      const at::Tensor factors = at::arange(70, precision).reshape({10, 7});
      tape.backward({{(out * factors).sum()}});
      return std::make_pair(out.detach(), weight.grad());
    };
    const auto expected =
        run([&](const at::Tensor& w) { return one_hot.mm(w); });
    const auto found =
        run([&](const at::Tensor& w) { return look_up_rows(w, codes); });
    CHECK(found.first.equal(expected.first));
    // Level 4 is no cell's: a zero, not nothing.
    CHECK(found.second.equal(expected.second));
    const at::Tensor rows = at::ones({10, 7}, precision).requires_grad_(true);
    const auto added =
        run([&](const at::Tensor& w) { return look_up_rows(w, codes, rows); });
    CHECK(added.first.equal(expected.first + 1));
    CHECK(added.second.equal(expected.second));
    CHECK(rows.grad().equal(at::arange(70, precision).reshape({10, 7})));
    const ReferenceForms reference;
    const auto plain =
        run([&](const at::Tensor& w) { return look_up_rows(w, codes); });
    CHECK(plain.second.equal(expected.second));
  }
}
