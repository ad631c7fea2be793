// The fused BatchNorm, ReLU and dropout are the three one after another.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <vector>

#include "backends.hpp"
#include "catch.hpp"
#include "kernels/batch_norm.hpp"
#include "kernels/tape.hpp"
#include "scvigor/runtime.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace {

struct Shape {
  std::int64_t n = 21;
  std::int64_t units = 131;  // two blocks and a rest
  bool linear_bias = true;
  bool relu = true;
  bool mask = true;
};

BatchNormInput random_input(const Shape& shape) {
  Rng rng(4);
  const auto leaf = [&](std::vector<std::int64_t> sizes) {
    return rng.normal(sizes, at::kDouble).requires_grad_(true);
  };
  BatchNormInput in;
  in.x = leaf({shape.n, shape.units});
  if (shape.linear_bias) in.linear_bias = leaf({shape.units});
  in.weight = leaf({shape.units});
  in.bias = leaf({shape.units});
  in.running_mean = rng.normal({shape.units}, at::kDouble);
  in.running_var = rng.normal({shape.units}, at::kDouble).abs();
  in.momentum = 0.01;
  in.eps = 1e-3;
  in.relu = shape.relu;
  if (shape.mask)
    in.mask = rng.bernoulli({shape.n, shape.units}, 0.7, at::kDouble) / 0.7;
  return in;
}

at::Tensor training_by_autograd(const BatchNormInput& in) {
  // The bias moves the mean, which BatchNorm subtracts: no gradient.
  const at::Tensor x =
      in.linear_bias.defined()
          ? in.x + in.linear_bias.detach() + 0.0 * in.linear_bias
          : in.x;
  at::Tensor y =
      at::batch_norm(x, in.weight, in.bias, in.running_mean, in.running_var,
                     true, in.momentum, in.eps, false);
  if (in.relu) y = at::relu(y);
  return in.mask.defined() ? y * in.mask : y;
}

at::Tensor inference_by_autograd(const BatchNormInput& in) {
  const at::Tensor x = in.linear_bias.defined() ? in.x + in.linear_bias : in.x;
  const at::Tensor y =
      at::batch_norm(x, in.weight, in.bias, in.running_mean, in.running_var,
                     false, in.momentum, in.eps, false);
  return in.relu ? at::relu(y) : y;
}

// The output, the running statistics, and the gradients.
std::vector<at::Tensor> run(BatchNormInput in, const at::TensorOptions& options,
                            at::Tensor (*form)(const BatchNormInput&)) {
  for (auto* tensor : {&in.x, &in.linear_bias, &in.weight, &in.bias,
                       &in.running_mean, &in.running_var, &in.mask})
    if (tensor->defined())
      *tensor = tensor->detach()
                    .to(options, false, true)
                    .requires_grad_(tensor->requires_grad());
  Tape tape;
  const at::Tensor out = form(in);
  tape.backward({{(out * out.detach().cos()).sum()}});
  std::vector<at::Tensor> results{out.detach(), in.running_mean,
                                  in.running_var};
  for (const auto& leaf : {in.x, in.weight, in.bias, in.linear_bias})
    if (leaf.defined()) results.push_back(leaf.grad());
  return results;
}

void check_same(const std::vector<at::Tensor>& found,
                const std::vector<at::Tensor>& expected, double tolerance) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("result " << i);
    REQUIRE(found[i].defined());
    REQUIRE_CLOSE(found[i].cpu(), expected[i], tolerance);
  }
}

at::TensorOptions options_of(const support::Backend& backend,
                             at::ScalarType precision) {
  return at::TensorOptions(backend.device).dtype(precision);
}

}  // namespace

TEST_CASE("batch_norm_training() is BatchNorm, ReLU and dropout") {
  for (const bool bias : {true, false})
    for (const bool relu : {true, false})
      for (const bool mask : {true, false})
        for (const auto n : {3, 21}) {
          INFO(n << " cells, bias " << bias << ", ReLU " << relu << ", mask "
                 << mask);
          const auto in = random_input({n, 131, bias, relu, mask});
          const auto expected = run(in, at::kDouble, training_by_autograd);
          support::for_each_backend([&](const support::Backend& backend) {
            INFO(backend.name);
            check_same(
                run(in, options_of(backend, at::kDouble), batch_norm_training),
                expected, 1e-10);
            check_same(
                run(in, options_of(backend, at::kFloat), batch_norm_training),
                expected, 1e-5);
          });
        }
}

TEST_CASE("before a BatchNorm in training the bias has no gradient") {
  const auto in = random_input({});
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    // Zero, but defined: weight decay acts on it, as in scvi-tools.
    const at::Tensor grad =
        run(in, options_of(backend, at::kFloat), batch_norm_training).back();
    CHECK(grad.abs().max().item<double>() == 0.0);
  });
}

TEST_CASE("a unit with one value in all cells becomes its bias") {
  auto in = random_input({21, 5, true, false, false});
  in.x = at::full({21, 5}, 3.0, at::kFloat).requires_grad_(true);
  const auto results = run(in, at::kFloat, batch_norm_training);
  CHECK(results[0].select(0, 20).equal(in.bias.detach().to(at::kFloat)));
  CHECK(results[3].isfinite().all().item<bool>());
}

TEST_CASE("an outlying cell does not spoil the variance") {
  auto in = random_input({128, 40, true, false, false});
  for (const std::int64_t far : {0, 77}) {
    INFO("cell " << far);
    auto x = in.x.detach().clone() + 1000.0;
    x[far] += 1e5;
    in.x = x.requires_grad_(true);
    const auto expected = run(in, at::kDouble, training_by_autograd);
    check_same(run(in, at::kDouble, batch_norm_training), expected, 1e-9);
  }
}

TEST_CASE("the number of threads changes no bit of batch_norm_training()") {
  const auto in = random_input({300, 200, true, true, true});
  const auto with_threads = [&](int n) {
    const ThreadScope threads(n);
    return run(in, at::kFloat, batch_norm_training);
  };
  const auto one = with_threads(1);
  const auto three = with_threads(3);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].equal(three[i]));
}

TEST_CASE("batch_norm_inference() is BatchNorm in inference, and ReLU") {
  for (const bool bias : {true, false})
    for (const bool relu : {true, false}) {
      INFO("bias " << bias << ", ReLU " << relu);
      const auto in = random_input({21, 131, bias, relu, false});
      const auto expected = run(in, at::kDouble, inference_by_autograd);
      CHECK(expected[1].equal(in.running_mean));
      CHECK(expected[2].equal(in.running_var));
      support::for_each_backend([&](const support::Backend& backend) {
        INFO(backend.name);
        check_same(
            run(in, options_of(backend, at::kDouble), batch_norm_inference),
            expected, 1e-12);
        const auto single =
            run(in, options_of(backend, at::kFloat), batch_norm_inference);
        check_same(single, {expected[0]}, 1e-5);
        // The cosine in run() carries the rounding of large outputs into the
        // gradients.
        check_same(single, expected, 1e-4);
      });
    }
}

TEST_CASE("batch_norm_inference() keeps NaN") {
  auto in = random_input({3, 5, true, true, false});
  const at::NoGradGuard no_grad;
  in.x = in.x.clone();
  in.x[1][2] = NAN;
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    auto there = in;
    for (auto* tensor : {&there.x, &there.linear_bias, &there.weight,
                         &there.bias, &there.running_mean, &there.running_var})
      *tensor = tensor->to(backend.device);
    CHECK(batch_norm_inference(there).isnan().sum().item<std::int64_t>() == 1);
  });
}
