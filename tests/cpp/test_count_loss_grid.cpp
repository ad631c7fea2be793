// The kernel over the whole grid of stored densities: every point is a cell
// with one gene, whose logits and px_r give the point's mu, theta and pi.

#include <ATen/ATen.h>

#include "catch.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/tape.hpp"
#include "reference.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

// A group of the file as inputs of the kernel, and what it must answer.
struct Grid {
  LikelihoodInput input;
  SparseCounts x;
  at::Tensor loss;         // n
  at::Tensor factor_grad;  // n x 1, as the others
  at::Tensor scale_grad;
  at::Tensor theta_grad;
  at::Tensor dropout_grad;
};

at::Tensor column(const reference::File& file, const std::string& path) {
  if (!file.has(path)) return {};
  return at::tensor(file.values(path), at::kDouble).reshape({-1, 1});
}

at::Tensor leaf(const at::Tensor& value, const at::TensorOptions& options) {
  return value.to(options).clone().requires_grad_(true);
}

// The stored numbers are gradients w.r.t. mu and theta; the kernel's are w.r.t.
// their logarithms.
Grid read_grid(const reference::File& file, const std::string& group,
               GeneLikelihood likelihood, ScaleActivation activation,
               const at::TensorOptions& options) {
  const bool poisson = likelihood == GeneLikelihood::kPoisson;
  const auto of = [&](const std::string& name) {
    return column(file, group + "/" + name);
  };
  const at::Tensor mu = of(poisson ? "rate" : "mu");
  const at::Tensor logit = at::full_like(mu, 0.7);
  const bool softmax = activation == ScaleActivation::kSoftmax;

  Grid out;
  out.input.likelihood = likelihood;
  out.input.activation = activation;
  out.input.scale_logits = leaf(logit, options);
  out.input.log_factor =
      leaf(softmax ? mu.log() : mu.log() - at::softplus(logit).log(), options);
  out.input.cell_weight = at::ones({mu.size(0)}, options);
  out.x = support::sparse_of(of("x").to(options));
  out.loss = -of("logprob_mp").reshape({-1});
  out.factor_grad = -mu * of(poisson ? "grad_rate_mp" : "grad_mu_mp");
  // The only gene of a cell: its softmax is 1 whatever the logit.
  out.scale_grad =
      softmax ? at::zeros_like(mu)
              : out.factor_grad * at::sigmoid(logit) / at::softplus(logit);
  if (!poisson) {
    const at::Tensor theta = of("theta");
    out.input.log_theta = leaf(theta.log(), options);
    out.theta_grad = -theta * of("grad_theta_mp");
  }
  if (likelihood == GeneLikelihood::kZinb) {
    out.input.dropout_logits = leaf(of("zi_logits"), options);
    out.dropout_grad = -of("grad_zi_logits_mp");
  }
  return out;
}

void check(const std::string& what, const at::Tensor& found,
           const at::Tensor& expected, double tolerance) {
  INFO(what);
  CHECK(found.isfinite().all().item<bool>());
  REQUIRE_CLOSE(found, expected, tolerance);
}

// Fills the gradients of the inputs.
at::Tensor run(const Grid& grid) {
  Tape tape;
  const CountLoss loss = count_loss(grid.input, grid.x);
  tape.backward({{loss.mean}});
  return loss.per_cell;
}

void check_grid(const Grid& grid, double tolerance) {
  const at::Tensor loss = run(grid);
  check("loss", loss, grid.loss, tolerance);
  check("log factor", grid.input.log_factor.grad(), grid.factor_grad,
        tolerance);
  check("scale logits", grid.input.scale_logits.value.grad(), grid.scale_grad,
        tolerance);
  if (grid.theta_grad.defined())
    check("log theta", grid.input.log_theta.value.grad(), grid.theta_grad,
          tolerance);
  if (grid.dropout_grad.defined())
    check("dropout logits", grid.input.dropout_logits.value.grad(),
          grid.dropout_grad, tolerance);
}

// Rounding log(mu) to float32 moves mu, and near mu = x the gradient with it:
// gradients in float32 are those that float64 gives for the rounded inputs.
void expect_of_rounded(Grid& grid) {
  const auto widen = [](const at::Tensor& value) {
    return value.defined() ? leaf(value.detach(), at::kDouble) : value;
  };
  Grid wide = grid;
  wide.x.values = grid.x.values.to(at::kDouble);
  wide.input.cell_weight = grid.input.cell_weight.to(at::kDouble);
  for (auto* tensor :
       {&wide.input.scale_logits.value, &wide.input.log_factor,
        &wide.input.log_theta.value, &wide.input.dropout_logits.value})
    *tensor = widen(*tensor);
  run(wide);
  grid.factor_grad = wide.input.log_factor.grad();
  grid.scale_grad = wide.input.scale_logits.value.grad();
  if (grid.theta_grad.defined())
    grid.theta_grad = wide.input.log_theta.value.grad();
  if (grid.dropout_grad.defined())
    grid.dropout_grad = wide.input.dropout_logits.value.grad();
}

}  // namespace

TEST_CASE("the kernel is exact over the stored grid", "[reference]") {
  for (const auto& path : reference::files("distributions")) {
    const reference::File file(path);
    for (const auto likelihood :
         {GeneLikelihood::kZinb, GeneLikelihood::kNb, GeneLikelihood::kPoisson})
      for (const auto activation :
           {ScaleActivation::kSoftmax, ScaleActivation::kSoftplus}) {
        const bool softmax = activation == ScaleActivation::kSoftmax;
        if (!file.has(to_string(likelihood))) continue;
        DYNAMIC_SECTION(to_string(likelihood)
                        << (softmax ? ", softmax" : ", softplus")) {
          check_grid(read_grid(file, to_string(likelihood), likelihood,
                               activation, at::kDouble),
                     1e-9);
          INFO("in float32");
          Grid single = read_grid(file, to_string(likelihood), likelihood,
                                  activation, at::kFloat);
          expect_of_rounded(single);
          check_grid(single, 1e-4);
        }
      }
  }
}
