// The kernel against plain tensors and finite differences.

#include "kernels/count_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "catch.hpp"
#include "count_loss_inputs.hpp"
#include "cpu_levels.hpp"
#include "support.hpp"

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
    INFO("gradient by " << kCountLossGrads[i]);
    REQUIRE(found.grads[i].defined() == expected.grads[i].defined());
    if (found.grads[i].defined())
      REQUIRE_CLOSE(found.grads[i], expected.grads[i], tolerance);
  }
}

// d loss / d one element, by central differences.
double slope(const CountLossData& data, const at::Tensor& input,
             std::int64_t element, const at::Tensor& weights) {
  const at::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  const at::Tensor flat = input.view({-1});
  const double middle = flat[element].item<double>();
  double total = 0.0;
  for (const double sign : {1.0, -1.0}) {
    flat[element] = middle + sign * kStep;
    total += sign * (count_loss(data.input, data.x).of_cell * weights)
                        .sum()
                        .item<double>();
  }
  flat[element] = middle;
  return total / (2.0 * kStep);
}

}  // namespace

TEST_CASE("the kernel agrees with plain tensors") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kDouble);
      const auto expected = run_count_loss(data, count_loss_reference);
      support::for_each_cpu_level([&](const std::string& level) {
        INFO(level);
        check_same(run_count_loss(data, count_loss), expected, 1e-10);
      });
    }
  }
}

TEST_CASE("the kernel in float32 agrees with plain tensors in float64") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    DYNAMIC_SECTION(support::describe(shape)) {
      const auto data = support::random_count_loss(shape, at::kFloat);
      const auto expected = run_count_loss(
          support::to_precision(data, at::kDouble), count_loss_reference);
      support::for_each_cpu_level([&](const std::string& level) {
        INFO(level);
        check_same(run_count_loss(data, count_loss), expected, 1e-5);
      });
    }
  }
}

TEST_CASE("the kernel's gradients are finite differences") {
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
        INFO("gradient by " << kCountLossGrads[i]);
        at::Tensor expected = at::empty({inputs[i].numel()}, at::kDouble);
        for (std::int64_t k = 0; k < expected.numel(); ++k)
          expected[k] = slope(data, inputs[i], k, weights);
        REQUIRE_CLOSE(found.grads[i], expected, 1e-6);
      }
    }
  }
}

TEST_CASE("losses are the same with and without gradients") {
  for (const auto& shape : support::all_count_loss_shapes()) {
    INFO(support::describe(shape));
    const auto data = support::random_count_loss(shape, at::kFloat);
    const at::Tensor with = count_loss(data.input, data.x).of_cell;
    const at::NoGradGuard no_grad;
    CHECK(with.equal(count_loss(data.input, data.x).of_cell));
  }
}

TEST_CASE("an input without gradient changes no other gradient") {
  support::CountLossShape shape;
  const auto data = support::random_count_loss(shape, at::kDouble);
  const auto all = run_count_loss(data, count_loss);
  CountLossInput input = data.input;
  input.log_theta = input.log_theta.value.detach();
  input.log_factor = input.log_factor.detach();
  input.cell_weight = at::linspace(0.5, 1.5, shape.n_cells, at::kDouble);
  count_loss(input, data.x).mean.backward();
  CHECK(input.scale_logits.value.grad().equal(all.grads[0]));
  CHECK(input.dropout_logits.value.grad().equal(all.grads[1]));
  CHECK_FALSE(input.log_theta.value.grad().defined());
}
