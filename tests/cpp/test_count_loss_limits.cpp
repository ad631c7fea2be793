// count_loss() where models rarely go: empty cells, huge counts, extreme logits
// and dispersions; and what must not matter: order and threads.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <vector>

#include "backends.hpp"
#include "catch.hpp"
#include "count_loss_inputs.hpp"
#include "kernels/count_loss.hpp"
#include "scvigor/runtime.hpp"
#include "support.hpp"

using namespace scvigor;
using support::CountLossData;
using support::CountLossResult;

namespace {

void check_finite(const CountLossData& data) {
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    const auto found = run_count_loss(
        support::to_options(data, data.dense.options().device(backend.device)),
        count_loss);
    CHECK(found.loss.isfinite().all().item<bool>());
    for (std::size_t i = 0; i < found.grads.size(); ++i)
      if (found.grads[i].defined()) {
        INFO("gradient w.r.t. " << support::kCountLossGrads[i]);
        CHECK(found.grads[i].isfinite().all().item<bool>());
      }
  });
}

void set_counts(CountLossData& data, const at::Tensor& dense) {
  data.dense = dense;
  data.x = support::sparse_of(dense);
}

// Every second column -size, the others size.
at::Tensor alternating(const at::Tensor& like, double size) {
  const at::Tensor even =
      (at::arange(like.size(1), at::kLong) % 2).to(like.options());
  return (size * (2 * even - 1)).expand_as(like).clone();
}

// What the results become when the cells or genes of the input are permuted.
CountLossResult permuted(const CountLossResult& result, const at::Tensor& cells,
                         const at::Tensor& genes) {
  CountLossResult out;
  out.loss = result.loss.index_select(0, cells);
  for (const auto& grad : result.grads) {
    at::Tensor moved = grad;
    if (moved.size(0) == cells.numel()) moved = moved.index_select(0, cells);
    if (moved.size(1) == genes.numel()) moved = moved.index_select(1, genes);
    out.grads.push_back(moved);
  }
  return out;
}

}  // namespace

TEST_CASE("cells without counts have a loss and gradients") {
  for (const auto precision : {at::kDouble, at::kFloat})
    for (const auto& shape : support::all_count_loss_shapes()) {
      INFO(support::describe(shape) << " in " << precision);
      auto data = support::random_count_loss(shape, precision);
      set_counts(data, at::zeros_like(data.dense));
      check_finite(data);
      // Observed library size of an empty cell: mu is 0, and so is the loss.
      data.input.log_factor =
          at::full_like(data.input.log_factor, -INFINITY).detach();
      const at::NoGradGuard no_grad;
      CHECK(
          count_loss(data.input, data.x).per_cell.abs().max().item<double>() ==
          0.0);
    }
}

TEST_CASE("huge counts stay finite") {
  for (const auto precision : {at::kDouble, at::kFloat})
    for (const auto& shape : support::all_count_loss_shapes()) {
      INFO(support::describe(shape) << " in " << precision);
      auto data = support::random_count_loss(shape, precision);
      set_counts(data, data.dense * 1e6);
      check_finite(data);
    }
}

TEST_CASE("extreme logits stay finite") {
  for (const auto precision : {at::kDouble, at::kFloat})
    for (const auto& shape : support::all_count_loss_shapes())
      for (const double size : {30.0, 80.0}) {
        INFO(support::describe(shape) << " in " << precision << ", " << size);
        auto data = support::random_count_loss(shape, precision);
        auto& in = data.input;
        in.scale_logits = alternating(in.scale_logits.value, size);
        if (in.dropout_logits.defined())
          in.dropout_logits = alternating(in.dropout_logits.value, -size);
        check_finite(data);
      }
}

TEST_CASE("extreme dispersions stay finite") {
  for (const auto precision : {at::kDouble, at::kFloat})
    for (const auto& shape : support::all_count_loss_shapes())
      for (const double size : {20.0, 40.0, 80.0}) {
        if (shape.likelihood == GeneLikelihood::kPoisson) continue;
        INFO(support::describe(shape) << " in " << precision << ", " << size);
        auto data = support::random_count_loss(shape, precision);
        data.input.log_theta = alternating(data.input.log_theta.value, size);
        check_finite(data);
      }
}

TEST_CASE("NB with a huge theta is Poisson, loss and gradients") {
  for (const auto precision : {at::kDouble, at::kFloat}) {
    INFO(precision);
    support::CountLossShape shape;
    shape.likelihood = GeneLikelihood::kNb;
    auto data = support::random_count_loss(shape, precision);
    // No tiny mu: there the eps in NB's logarithms shows.
    data.input.scale_logits = 0.2 * data.input.scale_logits.value.detach();
    data.input.log_theta =
        at::full_like(data.input.log_theta.value, 60.0).detach();
    const auto nb = run_count_loss(data, count_loss);
    data.input.likelihood = GeneLikelihood::kPoisson;
    data.input.log_theta = {};
    const auto poisson = run_count_loss(data, count_loss);
    const double tolerance = precision == at::kDouble ? 1e-6 : 1e-4;
    REQUIRE_CLOSE(nb.loss, poisson.loss, tolerance);
    REQUIRE_CLOSE(nb.grads[0], poisson.grads[0], tolerance);
    REQUIRE_CLOSE(nb.grads[3], poisson.grads[3], tolerance);
  }
}

TEST_CASE("the order of cells and genes does not matter") {
  support::CountLossShape shape;
  shape.theta_rows = support::ThetaRows::kPerCell;
  const auto data = support::random_count_loss(shape, at::kDouble);
  const at::Tensor cells = at::arange(shape.n_cells, at::kLong).flip(0);
  const at::Tensor genes = at::arange(shape.n_genes, at::kLong).flip(0);

  auto other = data;
  const auto move = [&](const at::Tensor& value) {
    return value.detach().index_select(0, cells).index_select(1, genes);
  };
  other.input.scale_logits = move(data.input.scale_logits.value);
  other.input.dropout_logits = move(data.input.dropout_logits.value);
  other.input.log_theta = move(data.input.log_theta.value);
  other.input.log_factor =
      data.input.log_factor.detach().index_select(0, cells);
  set_counts(other, move(data.dense));

  // run_count_loss() weights cells by their position.
  const auto weights = at::linspace(0.5, 1.5, shape.n_cells, at::kDouble);
  auto expected = run_count_loss(data, count_loss);
  for (auto& grad : expected.grads)
    grad = grad * (weights.flip(0) / weights).unsqueeze(1);
  expected = permuted(expected, cells, genes);
  const auto found = run_count_loss(other, count_loss);
  REQUIRE_CLOSE(found.loss, expected.loss, 1e-12);
  for (std::size_t i = 0; i < found.grads.size(); ++i)
    REQUIRE_CLOSE(found.grads[i], expected.grads[i], 1e-12);
}

TEST_CASE("the number of threads changes no bit of a loss") {
  for (const auto& base : support::all_count_loss_shapes()) {
    auto shape = base;
    shape.n_cells = 64;
    shape.n_genes = 300;
    INFO(support::describe(shape));
    const auto data = support::random_count_loss(shape, at::kFloat);
    const auto with_threads = [&](int n) {
      const ThreadScope threads(n);
      return run_count_loss(data, count_loss);
    };
    const auto one = with_threads(1);
    const auto two = with_threads(2);
    CHECK(one.loss.equal(two.loss));
    for (std::size_t i = 0; i < one.grads.size(); ++i)
      if (one.grads[i].defined()) {
        INFO("gradient w.r.t. " << support::kCountLossGrads[i]);
        CHECK(one.grads[i].equal(two.grads[i]));
      }
  }
}

namespace {

// One cell with one gene for every point of a grid of theta, mu and x, as
// float32 has them; log_factor is log mu, since the softmax of one gene is 1.
CountLossData grid(GeneLikelihood likelihood) {
  std::vector<double> thetas, means, counts;
  for (const double theta : {1e-4, 0.03, 1.0, 40.0, 1e3, 3e5, 2e7, 1e9})
    for (const double mu : {1e-4, 0.02, 1.0, 30.0, 600.0, 1e4, 1e6})
      for (const double x : {0.0, 1.0, 7.0, 30.0, 100.0, 1e4}) {
        thetas.push_back(theta);
        means.push_back(mu);
        counts.push_back(x);
      }
  const auto n = static_cast<std::int64_t>(counts.size());
  const auto column = [&](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).reshape({n, 1});
  };
  CountLossData data;
  data.input.likelihood = likelihood;
  data.input.scale_logits = at::zeros({n, 1}, at::kFloat);
  data.input.log_factor = column(means).log().to(at::kFloat);
  data.input.log_theta = column(thetas).log().to(at::kFloat);
  if (likelihood == GeneLikelihood::kZinb)
    data.input.dropout_logits = at::linspace(-6, 6, n, at::kFloat).unsqueeze(1);
  set_counts(data, column(counts).to(at::kFloat));
  return data;
}

}  // namespace

TEST_CASE("losses and gradients in float32 do not cancel for any theta") {
  for (const auto likelihood : {GeneLikelihood::kNb, GeneLikelihood::kZinb}) {
    const auto data = grid(likelihood);
    const auto expected = run_count_loss(support::to_options(data, at::kDouble),
                                         support::count_loss_by_autograd);
    const at::Tensor x = data.dense.to(at::kDouble);
    const at::Tensor mu = data.input.log_factor.to(at::kDouble).exp();
    support::for_each_backend([&](const support::Backend& backend) {
      INFO(to_string(likelihood) << ", " << backend.name);
      const auto found =
          run_count_loss(support::to_options(
                             data, data.dense.options().device(backend.device)),
                         count_loss);
      // Of large counts plain tensors in float32 keep fewer digits.
      const bool plain = backend.name == "reference" || backend.name == "CUDA";
      const at::Tensor size = plain ? 1.0 + 0.1 * x : at::ones_like(x);
      REQUIRE_CLOSE(found.loss.unsqueeze(1) / size,
                    expected.loss.unsqueeze(1) / size, 1e-5);
      REQUIRE_CLOSE(found.grads[2] / size, expected.grads[2] / size, 1e-5);
      // mu - x or so: rounding log mu to float32 moves the first.
      const at::Tensor moved = 1.0 + mu + x;
      REQUIRE_CLOSE(found.grads[3] / moved, expected.grads[3] / moved, 1e-6);
      if (found.grads[1].defined())
        REQUIRE_CLOSE(found.grads[1], expected.grads[1], 1e-5);
    });
  }
}
