// A linear layer of counts, dense columns and one-hot covariates is one
// product with their concatenation.

#include <ATen/ATen.h>

#include <cmath>

#include "catch.hpp"
#include "kernels/tape.hpp"
#include "nn/linear.hpp"
#include "simulated.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr std::int64_t kCells = 11;

Linear::Shape all_inputs() {
  Linear::Shape shape;
  shape.n_counts = 13;
  shape.n_dense = 2;
  shape.n_levels = {3, 2};
  shape.n_out = 5;
  return shape;
}

// An input of every kind, and the same as one dense matrix.
struct Input {
  SparseCounts counts;
  LayerInput layer;
  at::Tensor dense;

  Input() {
    const at::Tensor x = support::simulate_counts(kCells, 13, 5).log1p();
    counts = support::sparse_of(x);
    layer.counts = &counts;
    layer.dense =
        at::linspace(-1.0, 1.0, kCells * 2, at::kDouble).reshape({kCells, 2});
    const at::Tensor cells = at::arange(kCells, at::kLong);
    layer.codes = {cells % 3, cells % 2};
    dense = at::cat({x, layer.dense, at::one_hot(layer.codes[0], 3),
                     at::one_hot(layer.codes[1], 2)},
                    1);
  }
};

std::vector<StateEntry> entries(const Linear& linear) {
  StateList list;
  linear.list_state({"", StateModule::kZEncoder}, list);
  return list.entries();
}

}  // namespace

TEST_CASE("a linear layer is the product with the concatenated inputs") {
  Rng rng(1);
  const Linear linear(all_inputs(), at::kDouble, rng);
  const Input input;
  const auto state = entries(linear);
  REQUIRE(state.size() == 2);
  CHECK(state[0].name == "weight");
  CHECK(state[0].shape == std::vector<std::int64_t>{5, 13 + 2 + 3 + 2});
  CHECK(state[1].name == "bias");
  const at::Tensor expected =
      at::linear(input.dense, state[0].read(), state[1].read());
  REQUIRE_CLOSE(linear.forward(input.layer), expected, 1e-12);
  REQUIRE_CLOSE(linear.forward(input.layer, true), expected, 1e-12);
}

TEST_CASE("the gradient of a one-hot column is that of the product") {
  Rng rng(1);
  const Linear linear(all_inputs(), at::kDouble, rng);
  StateList list;
  linear.list_state({"", StateModule::kZEncoder}, list);
  for (auto& parameter : list.parameters()) parameter.set_requires_grad(true);
  const Input input;
  Tape tape;
  tape.backward({{linear.forward(input.layer).pow(2).sum()}});

  const at::Tensor weight = list.entries()[0].read().requires_grad_(true);
  const at::Tensor bias = list.entries()[1].read().requires_grad_(true);
  at::linear(input.dense.to(at::kDouble), weight, bias).pow(2).sum().backward();
  REQUIRE_CLOSE(list.entries()[0].read_grad(), weight.grad(), 1e-12);
  REQUIRE_CLOSE(list.entries()[1].read_grad(), bias.grad(), 1e-12);
}

TEST_CASE("a linear layer can leave out its bias") {
  Rng rng(1);
  const Linear linear(all_inputs(), at::kDouble, rng);
  const Input input;
  REQUIRE_CLOSE(linear.forward(input.layer, false) + linear.bias(),
                linear.forward(input.layer), 1e-12);
}

TEST_CASE("a layer works without counts, dense columns or bias") {
  Rng rng(1);
  const Input input;
  auto shape = all_inputs();
  shape.n_counts = 0;
  shape.bias = false;
  const Linear no_counts(shape, at::kDouble, rng);
  CHECK(entries(no_counts).size() == 1);
  REQUIRE_CLOSE(
      no_counts.forward(input.layer),
      input.dense.narrow(1, 13, 7).mm(entries(no_counts)[0].read().t()), 1e-12);
  shape = all_inputs();
  shape.n_dense = 0;
  shape.n_levels.clear();
  const Linear counts_only(shape, at::kDouble, rng);
  LayerInput only;
  only.counts = &input.counts;
  const auto state = entries(counts_only);
  REQUIRE_CLOSE(counts_only.forward(only),
                at::linear(input.dense.narrow(1, 0, 13), state[0].read(),
                           state[1].read()),
                1e-12);
}

TEST_CASE("weights start uniform within 1 / sqrt(inputs)") {
  Rng rng(1);
  Linear::Shape shape;
  shape.n_counts = 300;
  shape.n_levels = {100};
  shape.n_out = 50;
  const Linear linear(shape, at::kDouble, rng);
  const double bound = 1.0 / std::sqrt(400.0);
  for (const auto& entry : entries(linear)) {
    INFO(entry.name);
    const at::Tensor w = entry.read();
    CHECK(w.abs().max().item<double>() <= bound);
    CHECK(w.abs().max().item<double>() > 0.9 * bound);
  }
  const at::Tensor w = entries(linear)[0].read();
  CHECK(w.mean().item<double>() == Approx(0.0).margin(0.02 * bound));
  CHECK(w.var().item<double>() == Approx(bound * bound / 3.0).epsilon(0.02));
}

TEST_CASE("a weight of several blocks is read as it was written") {
  Rng rng(1);
  const Linear linear(all_inputs(), at::kFloat, rng);
  for (const auto& entry : entries(linear)) {
    INFO(entry.name);
    const at::Tensor value =
        at::arange(entry.read().numel(), at::kFloat).reshape(entry.shape);
    entry.write(value);
    CHECK(entry.read().equal(value));
  }
  // A column of the weight is a row of its block.
  const at::Tensor weight = entries(linear)[0].read();
  CHECK(linear.blocks()[2][1].equal(weight.select(1, 13 + 2 + 1)));
}
