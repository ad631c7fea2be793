// Hidden layers step by step: which inputs reach which layer, normalization,
// dropout.

#include <ATen/ATen.h>

#include <cmath>
#include <map>

#include "catch.hpp"
#include "nn/fc_layers.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

constexpr std::int64_t kCells = 40;

// Two layers of dense inputs with one covariate.
FcLayers::Shape two_layers() {
  FcLayers::Shape shape;
  shape.n_dense = 4;
  shape.n_levels = {3};
  shape.n_out = 6;
  shape.n_layers = 2;
  return shape;
}

LayerInput some_input() {
  LayerInput input;
  input.dense =
      at::linspace(-2.0, 3.0, kCells * 4, at::kDouble).reshape({kCells, 4});
  input.dense = input.dense.sin();
  input.codes = {at::arange(kCells, at::kLong) % 3};
  return input;
}

std::map<std::string, at::Tensor> state_of(const FcLayers& layers) {
  StateList list;
  layers.list_state({"", StateModule::kZEncoder}, list);
  std::map<std::string, at::Tensor> out;
  for (const auto& entry : list.entries()) out[entry.name] = entry.read();
  return out;
}

// Layer i by hand, before activation.
at::Tensor linear_by_hand(const FcLayers& layers, int i, const at::Tensor& h) {
  const auto state = state_of(layers);
  const std::string name = "fc_layers.Layer " + std::to_string(i) + ".0.";
  return at::linear(h, state.at(name + "weight"), state.at(name + "bias"));
}

at::Tensor with_one_hot(const at::Tensor& h, const LayerInput& input) {
  return at::cat({h, at::one_hot(input.codes[0], 3).to(at::kDouble)}, 1);
}

}  // namespace

TEST_CASE("covariates reach every layer, or the first only") {
  const LayerInput input = some_input();
  for (const bool inject : {true, false}) {
    INFO("inject_covariates " << inject);
    auto shape = two_layers();
    shape.batch_norm = false;
    shape.inject_covariates = inject;
    Rng rng(1);
    FcLayers layers(shape, at::kDouble, rng);
    at::Tensor h =
        linear_by_hand(layers, 0, with_one_hot(input.dense, input)).relu();
    h = linear_by_hand(layers, 1, inject ? with_one_hot(h, input) : h).relu();
    REQUIRE_CLOSE(layers.forward(input, Mode{}), h, 1e-12);
  }
}

TEST_CASE("BatchNorm normalizes by the minibatch and updates its statistics") {
  const LayerInput input = some_input();
  auto shape = two_layers();
  shape.n_layers = 1;
  shape.activation = false;
  Rng rng(1);
  FcLayers layers(shape, at::kDouble, rng);
  const at::Tensor h =
      linear_by_hand(layers, 0, with_one_hot(input.dense, input));

  // Fresh statistics: mean 0 and variance 1.
  REQUIRE_CLOSE(layers.forward(input, Mode{}), h / std::sqrt(1.0 + 1e-3),
                1e-12);
  const at::Tensor mean = h.mean(0);
  REQUIRE_CLOSE(layers.forward(input, Mode{true, nullptr}),
                (h - mean) / (h.var(0, false) + 1e-3).sqrt(), 1e-10);

  const auto state = state_of(layers);
  const std::string name = "fc_layers.Layer 0.1.";
  REQUIRE_CLOSE(state.at(name + "running_mean"), 0.01 * mean, 1e-12);
  REQUIRE_CLOSE(state.at(name + "running_var"), 0.99 + 0.01 * h.var(0, true),
                1e-12);
  CHECK(state.at(name + "num_batches_tracked").item<std::int64_t>() == 1);
}

TEST_CASE("LayerNorm normalizes each cell over its units") {
  const LayerInput input = some_input();
  auto shape = two_layers();
  shape.n_layers = 1;
  shape.batch_norm = false;
  shape.layer_norm = true;
  shape.activation = false;
  Rng rng(1);
  FcLayers layers(shape, at::kDouble, rng);
  const at::Tensor h =
      linear_by_hand(layers, 0, with_one_hot(input.dense, input));
  const at::Tensor expected =
      (h - h.mean(1, true)) /
      (h.var(at::IntArrayRef{1}, false, true) + 1e-5).sqrt();
  REQUIRE_CLOSE(layers.forward(input, Mode{}), expected, 1e-10);
}

TEST_CASE(
    "dropout drops the given proportion in training, nothing in evaluation") {
  LayerInput input;
  input.dense = at::ones({400, 4}, at::kDouble);
  FcLayers::Shape shape;
  shape.n_dense = 4;
  shape.n_out = 200;
  shape.batch_norm = false;
  shape.activation = false;
  shape.dropout_rate = 0.3;
  Rng rng(1);
  FcLayers layers(shape, at::kDouble, rng);
  const at::Tensor whole = layers.forward(input, Mode{});
  CHECK(layers.forward(input, Mode{}).equal(whole));

  const at::Tensor dropped = layers.forward(input, Mode{true, &rng});
  const at::Tensor kept = dropped != 0;
  CHECK(kept.to(at::kDouble).mean().item<double>() == Approx(0.7).margin(0.01));
  REQUIRE_CLOSE(dropped.masked_select(kept), (whole / 0.7).masked_select(kept),
                1e-12);
  CHECK_FALSE(layers.forward(input, Mode{true, &rng}).equal(dropped));
}
