// BatchNorm, ReLU and dropout in one go are the three one after the other.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <vector>

#include "catch.hpp"
#include "cpu_levels.hpp"
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
  bool shift = true;
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
  if (shape.shift) in.linear_bias = leaf({shape.units});
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

// The output, the running statistics, and the gradients.
std::vector<at::Tensor> run(BatchNormInput in, at::ScalarType precision,
                            at::Tensor (*form)(const BatchNormInput&)) {
  for (auto* tensor : {&in.x, &in.linear_bias, &in.weight, &in.bias,
                       &in.running_mean, &in.running_var, &in.mask})
    if (tensor->defined())
      *tensor = tensor->detach()
                    .to(precision, false, true)
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
    REQUIRE_CLOSE(found[i], expected[i], tolerance);
  }
}

}  // namespace

TEST_CASE("batch_norm_training() is BatchNorm, ReLU and dropout") {
  for (const bool shift : {true, false})
    for (const bool relu : {true, false})
      for (const bool mask : {true, false})
        for (const auto n : {3, 21}) {
          INFO(n << " cells, shift " << shift << ", ReLU " << relu << ", mask "
                 << mask);
          const auto in = random_input({n, 131, shift, relu, mask});
          const auto expected =
              run(in, at::kDouble, batch_norm_training_reference);
          support::for_each_cpu_level([&](const std::string& level) {
            INFO(level);
            check_same(run(in, at::kDouble, batch_norm_training), expected,
                       1e-10);
            check_same(run(in, at::kFloat, batch_norm_training), expected,
                       1e-5);
          });
        }
}

TEST_CASE("before a BatchNorm in training the bias has no gradient") {
  const auto in = random_input({});
  const at::Tensor grad = run(in, at::kFloat, batch_norm_training).back();
  // Zero, but there: weight decay acts on it, as in scvi-tools.
  CHECK(grad.abs().max().item<double>() == 0.0);
}

TEST_CASE("a unit that is the same in all cells becomes its beta") {
  auto in = random_input({21, 5, true, false, false});
  in.x = at::full({21, 5}, 3.0, at::kFloat).requires_grad_(true);
  const auto results = run(in, at::kFloat, batch_norm_training);
  CHECK(results[0].select(0, 20).equal(in.bias.detach().to(at::kFloat)));
  CHECK(results[3].isfinite().all().item<bool>());
}

TEST_CASE("one cell that is far from the others spoils no variance") {
  auto in = random_input({128, 40, true, false, false});
  for (const std::int64_t far : {0, 77}) {
    INFO("cell " << far);
    auto x = in.x.detach().clone() + 1000.0;
    x[far] += 1e5;
    in.x = x.requires_grad_(true);
    const auto expected = run(in, at::kDouble, batch_norm_training_reference);
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

TEST_CASE("batch_norm_inference() is BatchNorm in evaluation, and ReLU") {
  for (const bool shift : {true, false})
    for (const bool relu : {true, false}) {
      INFO("shift " << shift << ", ReLU " << relu);
      const auto in = random_input({21, 131, shift, relu, false});
      const auto expected =
          run(in, at::kDouble, batch_norm_inference_reference);
      CHECK(expected[1].equal(in.running_mean));
      CHECK(expected[2].equal(in.running_var));
      support::for_each_cpu_level([&](const std::string& level) {
        INFO(level);
        // With gradients, which a frozen BatchNorm has in training ...
        check_same(run(in, at::kDouble, batch_norm_inference), expected, 1e-12);
        // ... and without.
        const at::NoGradGuard no_grad;
        for (const auto precision : {at::kDouble, at::kFloat}) {
          auto plain = in;
          for (auto* tensor :
               {&plain.x, &plain.linear_bias, &plain.weight, &plain.bias,
                &plain.running_mean, &plain.running_var})
            if (tensor->defined()) *tensor = tensor->detach().to(precision);
          REQUIRE_CLOSE(batch_norm_inference(plain), expected[0],
                        precision == at::kFloat ? 1e-5 : 1e-12);
        }
      });
    }
}

TEST_CASE("in evaluation what is no number stays none") {
  auto in = random_input({3, 5, true, true, false});
  const at::NoGradGuard no_grad;
  in.x = in.x.clone();
  in.x[1][2] = NAN;
  CHECK(batch_norm_inference(in).isnan().sum().item<std::int64_t>() == 1);
}
