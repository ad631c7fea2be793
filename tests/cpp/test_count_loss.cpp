// count_loss() against plain tensors with autograd, and finite differences, in
// every backend.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "backends.hpp"
#include "catch.hpp"
#include "count_loss_inputs.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/tape.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;
using support::CountLossData;
using support::CountLossResult;
using support::kCountLossGrads;

namespace {

void check_same(const CountLossResult& found, const CountLossResult& expected,
                double tolerance) {
  {
    INFO("loss");
    REQUIRE_CLOSE(found.loss, expected.loss, tolerance);
  }
  for (std::size_t i = 0; i < found.grads.size(); ++i) {
    INFO("gradient w.r.t. " << kCountLossGrads[i]);
    REQUIRE(found.grads[i].defined() == expected.grads[i].defined());
    if (found.grads[i].defined())
      REQUIRE_CLOSE(found.grads[i], expected.grads[i], tolerance);
  }
}

CountLossData on(const support::Backend& backend, const CountLossData& data) {
  return support::to_options(data, data.dense.options().device(backend.device));
}

// d loss / d one element, by central differences.
double finite_difference(const CountLossData& data, const at::Tensor& input,
                         std::int64_t element, const at::Tensor& weights) {
  const at::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  const at::Tensor flat = input.view({-1});
  const double middle = flat[element].item<double>();
  double total = 0.0;
  for (const double sign : {1.0, -1.0}) {
    flat[element] = middle + sign * kStep;
    total += sign * (count_loss(data.input, data.x).per_cell * weights)
                        .sum()
                        .item<double>();
  }
  flat[element] = middle;
  return total / (2.0 * kStep);
}

}  // namespace

TEST_CASE("count_loss() in float64 is what autograd gives") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kDouble);
      const auto expected =
          run_count_loss(data, support::count_loss_by_autograd);
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(backend.name);
        check_same(run_count_loss(on(backend, data), count_loss), expected,
                   1e-10);
      });
    }
  }
}

TEST_CASE("count_loss() in float32 is what autograd gives in float64") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kFloat);
      const auto expected =
          run_count_loss(support::to_options(data, at::kDouble),
                         support::count_loss_by_autograd);
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(backend.name);
        check_same(run_count_loss(on(backend, data), count_loss), expected,
                   1e-5);
      });
    }
  }
}

TEST_CASE("gradients of count_loss() are finite differences") {
  for (auto shape : support::all_count_loss_shapes()) {
    shape.n_cells = 4;
    shape.n_genes = 5;
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kDouble);
      const auto found = run_count_loss(data, count_loss);
      const at::Tensor weights =
          at::linspace(0.5, 1.5, shape.n_cells, at::kDouble);
      const at::Tensor inputs[] = {
          data.input.scale_logits.value, data.input.dropout_logits.value,
          data.input.log_theta.value, data.input.log_factor};
      for (std::size_t i = 0; i < 4; ++i) {
        if (!inputs[i].defined()) continue;
        INFO("gradient w.r.t. " << kCountLossGrads[i]);
        at::Tensor expected = at::empty({inputs[i].numel()}, at::kDouble);
        for (std::int64_t k = 0; k < expected.numel(); ++k)
          expected[k] = finite_difference(data, inputs[i], k, weights);
        REQUIRE_CLOSE(found.grads[i], expected, 1e-6);
      }
    }
  }
}

TEST_CASE("losses are the same with and without gradients") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    INFO(support::describe(shape));
    const auto data = support::random_count_loss(shape, at::kFloat);
    const Tape tape;
    const at::Tensor with = count_loss(data.input, data.x).per_cell;
    const at::NoGradGuard no_grad;
    CHECK(with.equal(count_loss(data.input, data.x).per_cell));
  }
}

TEST_CASE("an input without gradient changes no other gradient") {
  support::CountLossShape shape;
  const auto data = support::random_count_loss(shape, at::kDouble);
  const auto all = run_count_loss(data, count_loss);
  LikelihoodInput input = data.input;
  input.log_theta = input.log_theta.value.detach();
  input.log_factor = input.log_factor.detach();
  input.cell_weight = at::linspace(0.5, 1.5, shape.n_cells, at::kDouble);
  Tape tape;
  tape.backward({{count_loss(input, data.x).mean}});
  CHECK(input.scale_logits.value.grad().equal(all.grads[0]));
  CHECK(input.dropout_logits.value.grad().equal(all.grads[1]));
  CHECK_FALSE(input.log_theta.value.grad().defined());
}

namespace {

// The decoder's heads in front of a loss, which are leaves.
struct Heads {
  at::Tensor hidden, scale, scale_bias, dropout, dropout_bias, theta,
      theta_bias;

  std::vector<at::Tensor*> leaves() {
    return {&hidden,       &scale, &scale_bias, &dropout,
            &dropout_bias, &theta, &theta_bias};
  }
};

// Losses and gradients with the logits of `data` as deferred products.
std::vector<at::Tensor> run_heads(const CountLossData& data, Heads heads,
                                  bool theta_per_cell,
                                  const at::TensorOptions& options,
                                  support::CountLossFunction function) {
  for (auto* leaf : heads.leaves())
    *leaf = leaf->detach().to(options, false, true).requires_grad_(true);
  CountLossData copy = support::to_options(data, options);
  auto& in = copy.input;
  in.cell_weight = at::linspace(0.5, 1.5, data.dense.size(0), options);
  in.scale_logits = {heads.hidden, heads.scale, heads.scale_bias};
  if (in.dropout_logits.defined())
    in.dropout_logits = {heads.hidden, heads.dropout, heads.dropout_bias};
  if (theta_per_cell)
    in.log_theta = {heads.hidden, heads.theta, heads.theta_bias};
  Tape tape;
  const CountLoss loss = function(in, copy.x);
  tape.backward({{loss.mean}});
  std::vector<at::Tensor> results{loss.per_cell, in.log_factor.grad()};
  for (const auto* leaf : heads.leaves()) results.push_back(leaf->grad());
  if (!theta_per_cell && in.log_theta.defined())
    results.push_back(in.log_theta.value.grad());
  return results;
}

}  // namespace

TEST_CASE("deferred heads give what products before the loss give") {
  constexpr std::int64_t kHidden = 24;
  Rng rng(5);
  for (auto shape : support::all_count_loss_shapes()) {
    shape.n_cells = 300;  // two chunks
    shape.n_genes = 67;
    const bool theta_per_cell =
        shape.theta_rows == support::ThetaRows::kPerCell;
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kDouble);
      Heads heads;
      heads.hidden = rng.normal({shape.n_cells, kHidden}, at::kDouble).relu();
      for (auto* weight : {&heads.scale, &heads.dropout, &heads.theta})
        *weight = 0.2 * rng.normal({kHidden, shape.n_genes}, at::kDouble);
      for (auto* bias :
           {&heads.scale_bias, &heads.dropout_bias, &heads.theta_bias})
        *bias = rng.normal({shape.n_genes}, at::kDouble);
      const auto expected = run_heads(data, heads, theta_per_cell, at::kDouble,
                                      support::count_loss_by_autograd);
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(backend.name);
        const auto found = run_heads(
            data, heads, theta_per_cell,
            at::TensorOptions(backend.device).dtype(at::kFloat), count_loss);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          INFO("result " << i);
          REQUIRE(found[i].defined() == expected[i].defined());
          if (expected[i].defined())
            REQUIRE_CLOSE(found[i].cpu(), expected[i], 2e-5,
                          1.0 + expected[i].abs().max().item<double>());
        }
      });
    }
  }
}
