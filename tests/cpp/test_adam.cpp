// Adam against steps by hand, in every backend, and what training expects of
// the optimizer.

#include <ATen/ATen.h>

#include <cmath>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/adam.hpp"
#include "optimizer_step.hpp"
#include "support.hpp"
#include "train/optimizer.hpp"
#include "util/tensor_utils.hpp"

using namespace scvigor;

namespace {

AdamUpdate some_parameter(const at::TensorOptions& options) {
  const auto n = 1003;
  const auto values = [&](double first, double last) {
    return at::linspace(first, last, n, at::kDouble).to(options);
  };
  return {values(-2.0, 2.0),
          values(3.0, -1.0),
          at::zeros({n}, options),
          at::zeros({n}, options),
          {}};
}

template <class Update>
AdamUpdate after_steps(const at::TensorOptions& options, AdamStep step,
                       Update update) {
  auto p = some_parameter(options);
  for (step.t = 1; step.t <= 5; ++step.t) {
    p.step = step;
    update(p);
    p.g = -0.7 * p.g;
  }
  return p;
}

// The formula, in float64.
void update_by_formula(AdamUpdate& u) {
  const AdamStep& s = u.step;
  const double t = static_cast<double>(s.t);
  at::Tensor grad = s.grad_scale * u.g;
  if (!s.decoupled) grad = grad + s.weight_decay * u.w;
  u.m = s.beta1 * u.m + (1.0 - s.beta1) * grad;
  u.v = s.beta2 * u.v + (1.0 - s.beta2) * grad * grad;
  const at::Tensor m = u.m / (1.0 - std::pow(s.beta1, t));
  const at::Tensor v = u.v / (1.0 - std::pow(s.beta2, t));
  const double decay = s.decoupled ? s.lr * s.weight_decay : 0.0;
  u.w = (1.0 - decay) * u.w - s.lr * m / (v.sqrt() + s.eps);
}

// Beside a weight that is larger than a task, and one that is empty.
void update_among_others(AdamUpdate& update) {
  const auto other = [&](std::int64_t n) {
    const auto zeros = [&] { return at::zeros({n}, update.w.options()); };
    return AdamUpdate{zeros(), zeros(), zeros(), zeros(), update.step};
  };
  std::vector<AdamUpdate> updates{other(40000), update, other(0)};
  adam_updates(updates);
}

// One parameter of one element, and an optimizer over it.
at::Tensor scalar(double value) {
  return at::full({1}, value, at::kDouble).requires_grad_(true);
}
void set_grad(at::Tensor& parameter, double value) {
  parameter.mutable_grad() = at::full({1}, value, at::kDouble);
}
double value(const at::Tensor& parameter) { return parameter.item<double>(); }

}  // namespace

TEST_CASE("a step of Adam by hand") {
  TrainOptions o;
  o.lr = 0.1;
  o.eps = 0.01;
  o.weight_decay = 0.5;
  at::Tensor w = scalar(2.0);
  AdamOptimizer optimizer({w}, o);
  set_grad(w, 3.0);
  support::optimizer_step(optimizer);
  // Gradient 3 + 0.5 * 2 = 4; at t = 1 the corrected moments are 4 and 16.
  const double first = 2.0 - 0.1 * 4.0 / (4.0 + 0.01);
  CHECK(value(w) == Approx(first).epsilon(1e-12));

  set_grad(w, -1.0);
  support::optimizer_step(optimizer);
  const double g = -1.0 + 0.5 * first;
  const double m = (0.9 * 0.1 * 4.0 + 0.1 * g) / (1.0 - 0.81);
  const double v =
      (0.999 * 0.001 * 16.0 + 0.001 * g * g) / (1.0 - 0.999 * 0.999);
  CHECK(value(w) ==
        Approx(first - 0.1 * m / (std::sqrt(v) + 0.01)).epsilon(1e-12));
}

TEST_CASE("AdamW decays the weight and leaves the gradient alone") {
  TrainOptions o;
  o.optimizer = Optimizer::kAdamW;
  o.lr = 0.1;
  o.eps = 0.01;
  o.weight_decay = 0.5;
  at::Tensor w = scalar(2.0);
  AdamOptimizer optimizer({w}, o);
  set_grad(w, 3.0);
  support::optimizer_step(optimizer);
  CHECK(value(w) == Approx(2.0 * (1.0 - 0.1 * 0.5) - 0.1 * 3.0 / 3.01));
}

TEST_CASE("steps of Adam are its formula") {
  AdamStep coupled;
  coupled.weight_decay = 0.01;
  AdamStep decoupled = coupled;
  decoupled.decoupled = true;
  AdamStep clipped = coupled;
  clipped.grad_scale = 0.3;
  for (const auto& step : {coupled, decoupled, clipped})
    for (const auto precision : {at::kDouble, at::kFloat}) {
      const auto expected = after_steps(at::kDouble, step, update_by_formula);
      const double tolerance = precision == at::kDouble ? 1e-13 : 1e-6;
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(precision << ", " << backend.name);
        const auto found =
            after_steps(at::TensorOptions(backend.device).dtype(precision),
                        step, update_among_others);
        REQUIRE_CLOSE(found.w.cpu(), expected.w, tolerance);
        REQUIRE_CLOSE(found.m.cpu(), expected.m, tolerance);
        REQUIRE_CLOSE(found.v.cpu(), expected.v, tolerance);
      });
    }
}

TEST_CASE("a parameter without a gradient stays, weight decay or not") {
  TrainOptions o;
  o.weight_decay = 0.5;
  at::Tensor with = scalar(1.0);
  at::Tensor without = scalar(1.0);
  AdamOptimizer optimizer({with, without}, o);
  for (int i = 0; i < 3; ++i) {
    set_grad(with, 0.0);
    support::optimizer_step(optimizer);
  }
  CHECK(value(with) < 1.0);
  CHECK(value(without) == 1.0);
}

TEST_CASE("zero_grad() resets gradients, so that the next step skips them") {
  at::Tensor w = scalar(1.0);
  AdamOptimizer optimizer({w}, TrainOptions{});
  set_grad(w, 1.0);
  optimizer.zero_grad();
  support::optimizer_step(optimizer);
  CHECK(value(w) == 1.0);
}

TEST_CASE("gradient_clip_val bounds the norm over all parameters") {
  TrainOptions o;
  o.weight_decay = 0.0;
  o.eps = 1.0;  // so that the size of a gradient shows in the step
  const auto step_of = [&](double a, double b) {
    at::Tensor first = scalar(0.0);
    at::Tensor second = scalar(0.0);
    AdamOptimizer optimizer({first, second}, o);
    set_grad(first, a);
    set_grad(second, b);
    support::optimizer_step(optimizer);
    return std::make_pair(value(first), value(second));
  };
  const auto small = step_of(0.3, 0.4);
  const auto large = step_of(300.0, 400.0);
  o.gradient_clip_val = 0.5;
  const auto small_clipped = step_of(0.3, 0.4);
  const auto large_clipped = step_of(300.0, 400.0);
  CHECK(large.first < small.first);
  CHECK(large_clipped.first == Approx(small.first).epsilon(1e-5));
  CHECK(large_clipped.second == Approx(small.second).epsilon(1e-5));
  // A norm of exactly the bound is as good as untouched.
  CHECK(small_clipped.first == Approx(small.first).epsilon(1e-5));
}

TEST_CASE("parameters and gradients are views of one bucket") {
  at::Tensor matrix = at::arange(35, at::kDouble).reshape({7, 5});
  at::Tensor vector = at::arange(3, at::kDouble);
  at::Tensor rows = at::arange(12, at::kDouble).reshape({4, 3});
  const std::vector<at::Tensor> all{matrix, vector, rows};
  std::vector<at::Tensor> before;
  for (const auto& tensor : all) before.push_back(tensor.clone());
  ParameterBucket bucket({matrix, vector, {rows, 2}});

  const auto* weights = bucket.weights().data_ptr<double>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& segment = bucket.segments()[i];
    CHECK(all[i].equal(before[i]));
    CHECK(all[i].data_ptr<double>() == weights + segment.begin);
    CHECK(segment.begin % 16 == 0);
    CHECK(segment.end - segment.begin == all[i].numel());
  }
  CHECK(bucket.segments()[2].n_trainable() == 6);

  matrix.mutable_grad() = at::full({7, 5}, 2.0, at::kDouble);
  rows.mutable_grad() = *bucket.gradient_views().find(rows);
  rows.grad().fill_(3.0);
  bucket.gather_gradients();
  CHECK(bucket.gradients().sum().item<double>() == 35 * 2.0 + 12 * 3.0);
  CHECK(matrix.grad().is_same(*bucket.gradient_views().find(matrix)));
  CHECK(!vector.grad().defined());
  bucket.zero_grad();
  bucket.gather_gradients();
  CHECK(bucket.gradients().abs().sum().item<double>() == 0.0);
}

TEST_CASE("padding stays 0, and frozen rows stay, with any number of steps") {
  TrainOptions o;
  o.weight_decay = 0.5;
  at::Tensor first = at::ones({5}, at::kDouble);
  at::Tensor rows = at::ones({4, 3}, at::kDouble);
  at::Tensor last = at::ones({2}, at::kDouble);
  AdamOptimizer optimizer({first, {rows, 3}, last}, o);
  for (int i = 0; i < 3; ++i) {
    for (at::Tensor* tensor : {&first, &rows, &last})
      tensor->mutable_grad() = at::ones_like(*tensor);
    if (i == 1) last.mutable_grad().reset();  // is one step behind from here
    support::optimizer_step(optimizer);
  }
  CHECK(rows.narrow(0, 0, 3).eq(1.0).all().item<bool>());
  CHECK(rows.narrow(0, 3, 1).lt(1.0).all().item<bool>());
  CHECK(optimizer.bucket().weights().sum().item<double>() ==
        Approx((first.sum() + rows.sum() + last.sum()).item<double>()));
  const auto moments = optimizer.moments();
  CHECK(moments[0].steps == 3);
  CHECK(moments[1].first.size() == 3);
  CHECK(moments[2].steps == 2);
}

TEST_CASE("a gradient that is not finite is among those that are checked") {
  support::for_each_backend([](const support::Backend& backend) {
    INFO(backend.name);
    const auto on = at::TensorOptions(backend.device);
    at::Tensor weight = at::ones({300, 300}, on);
    at::Tensor bias = at::ones({2}, on);
    AdamOptimizer optimizer({weight, bias}, TrainOptions{});
    const auto finite = [&] {
      LocalCommunicator local;
      optimizer.reduce_gradients(local);
      bool all = true;
      for (const auto& gradient : optimizer.checked_gradients())
        all = all && all_finite(gradient);
      return all;
    };
    CHECK(finite());
    weight.mutable_grad() = at::ones({300, 300}, on);
    CHECK(finite());
    bias.mutable_grad() = at::ones({2}, on);
    CHECK(finite());
    bias.grad()[1] = std::nan("");
    CHECK_FALSE(finite());
  });
}

TEST_CASE("a learning rate set later holds from the next step on") {
  TrainOptions o;
  o.lr = 0.1;
  at::Tensor w = scalar(1.0);
  AdamOptimizer optimizer({w}, o);
  CHECK(optimizer.lr() == 0.1);
  optimizer.set_lr(1e-9);
  set_grad(w, 5.0);
  support::optimizer_step(optimizer);
  CHECK(value(w) == Approx(1.0).margin(1e-8));
}
