// The product of dense layers is the product, with its gradients.

#include <ATen/ATen.h>

#include <vector>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/dense_linear.hpp"
#include "kernels/tape.hpp"
#include "scvigor/runtime.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

struct Layer {
  at::Tensor x, weight, bias;

  Layer to(const at::TensorOptions& options) const {
    const auto leaf = [&](const at::Tensor& t) {
      return t.defined() ? t.detach()
                               .to(options, false, true)
                               .requires_grad_(t.requires_grad())
                         : t;
    };
    return {leaf(x), leaf(weight), leaf(bias)};
  }
};

// Small whole numbers, of which float32 makes no rounding error: results must
// be equal.
Layer whole_layer(std::int64_t n, std::int64_t inputs, std::int64_t outputs) {
  const auto numbers = [](std::int64_t rows, std::int64_t columns,
                          std::int64_t step) {
    return at::arange(rows * columns, at::kLong)
        .mul(step)
        .remainder(7)
        .sub(3)
        .reshape({rows, columns})
        .to(at::kFloat)
        .requires_grad_(true);
  };
  return {numbers(n, inputs, 5), numbers(inputs, outputs, 11),
          numbers(1, outputs, 3).detach().squeeze(0).requires_grad_(true)};
}

using Form = at::Tensor (*)(const at::Tensor&, const at::Tensor&,
                            const at::Tensor&);

at::Tensor by_autograd(const at::Tensor& x, const at::Tensor& weight,
                       const at::Tensor& bias) {
  return bias.defined() ? x.mm(weight) + bias : x.mm(weight);
}

// The output and the gradients, as many as there are.
std::vector<at::Tensor> run(const Layer& layer, Form form) {
  Tape tape;
  const at::Tensor out = form(layer.x, layer.weight, layer.bias);
  // Transposed, so that the gradient does not come in rows.
  tape.backward({{(out.t() * out.t()).sum()}});
  std::vector<at::Tensor> results{out.detach()};
  for (const auto& leaf : {layer.x, layer.weight, layer.bias})
    results.push_back(leaf.defined() ? leaf.grad() : at::Tensor());
  return results;
}

void check_against_double(const Layer& layer) {
  const auto expected = run(layer.to(at::kDouble), by_autograd);
  support::for_each_backend([&](const support::Backend& backend) {
    for (const auto precision : {at::kFloat, at::kDouble}) {
      INFO(backend.name << " in " << precision);
      const auto found =
          run(layer.to(at::TensorOptions(backend.device).dtype(precision)),
              dense_linear);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        REQUIRE(found[i].defined() == expected[i].defined());
        if (!expected[i].defined()) continue;
        INFO("result " << i);
        CHECK(found[i].to(at::kCPU, at::kDouble).equal(expected[i]));
      }
    }
  });
}

}  // namespace

TEST_CASE("dense_linear is the product, whatever is left over at the edges") {
  for (const auto n : {1, 5, 8, 13, 128})
    for (const auto inputs : {1, 10, 131, 600})
      for (const auto outputs : {1, 10, 32, 33, 100}) {
        INFO(n << " x " << inputs << " x " << outputs);
        check_against_double(whole_layer(n, inputs, outputs));
      }
}

TEST_CASE("a layer without a bias, with a frozen weight, or a frozen input") {
  Layer layer = whole_layer(9, 20, 70);
  layer.bias = at::Tensor();
  check_against_double(layer);
  layer = whole_layer(9, 20, 70);
  layer.weight = layer.weight.detach();
  check_against_double(layer);
  layer = whole_layer(9, 20, 70);
  layer.x = layer.x.detach();
  check_against_double(layer);
}

TEST_CASE("columns of a larger tensor are a fine input") {
  const Layer whole = whole_layer(7, 40, 12);
  const at::Tensor part = whole.x.detach().narrow(1, 3, 20);
  const at::Tensor weight = whole.weight.detach().narrow(0, 0, 20);
  const at::Tensor found = dense_linear(part, weight, at::Tensor());
  CHECK(found.equal(part.mm(weight)));
}

TEST_CASE("the number of threads changes no bit of a dense layer") {
  Layer layer = whole_layer(100, 128, 1000);
  layer.weight = layer.weight.detach().sin().requires_grad_(true);
  const auto with_threads = [&](int n) {
    const ThreadScope threads(n);
    return run(layer.to(at::kFloat), dense_linear);
  };
  const auto one = with_threads(1);
  const auto three = with_threads(3);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].equal(three[i]));
}
