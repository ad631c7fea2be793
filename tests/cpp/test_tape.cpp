// Gradients go back through kernels and plain operations in any order.

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <stdexcept>

#include "catch.hpp"
#include "kernels/dense_linear.hpp"
#include "kernels/kernels.hpp"
#include "kernels/tape.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace {

struct Net {
  at::Tensor x, first, second, bias;
};

Net random_net() {
  Rng rng(3);
  const auto leaf = [&](at::IntArrayRef shape) {
    return rng.normal(shape, at::kFloat).requires_grad_(true);
  };
  return {rng.normal({5, 4}, at::kFloat), leaf({4, 3}), leaf({3, 4}),
          leaf({4})};
}

// Kernel, plain operations, kernels that share an input and a weight, plain
// operations between them and behind.
at::Tensor value_of(const Net& net) {
  const at::Tensor h = at::tanh(dense_linear(net.x, net.first, {}));
  const at::Tensor once = dense_linear(h, net.second, net.bias);
  const at::Tensor twice =
      dense_linear(once.sigmoid(), net.first, {}) + h.exp();
  return (dense_linear(twice, net.second, net.bias) * once).mean();
}

std::vector<at::Tensor> grads_of(const Net& net) {
  Tape tape;
  tape.backward({{value_of(net), 2.0}, {net.bias.pow(2).sum()}});
  return {net.first.grad(), net.second.grad(), net.bias.grad()};
}

}  // namespace

TEST_CASE("kernels on a tape and plain operations pass gradients on") {
  const auto found = grads_of(random_net());
  const UseReferenceKernels reference;
  const auto expected = grads_of(random_net());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("parameter " << i);
    REQUIRE_CLOSE(found[i], expected[i], 1e-5);
  }
}

TEST_CASE("gradients of several passes add up until they are reset") {
  const Net net = random_net();
  const at::Tensor once = grads_of(net)[0].clone();
  REQUIRE_CLOSE(grads_of(net)[0], 2 * once, 1e-6);
}

TEST_CASE("what requires no gradient is not recorded") {
  Net net = random_net();
  CHECK(Tape::active_for({net.x, {}}) == nullptr);
  net.second.requires_grad_(false);
  {
    Tape tape;
    CHECK(Tape::active_for({net.x, net.second, {}}) == nullptr);
    CHECK(Tape::active_for({net.x, net.first}) == &tape);
    const at::NoGradGuard no_grad;
    CHECK(Tape::active_for({net.first}) == nullptr);
  }
  const auto grads = grads_of(net);
  CHECK(grads[0].defined());
  CHECK_FALSE(grads[1].defined());
}

TEST_CASE("tapes nest, and a gradient without one is a mistake") {
  const Net net = random_net();
  {
    const Tape outer;
    {
      const Tape inner;
      CHECK(Tape::active_for({net.first}) == &inner);
    }
    CHECK(Tape::active_for({net.first}) == &outer);
  }
  CHECK_THROWS_AS(dense_linear(net.x, net.first, {}), std::logic_error);
}

TEST_CASE("a sum has a value and may require a gradient") {
  const at::Tensor fixed = at::full({}, 3.0);
  const at::Tensor free = at::full({}, 2.0).requires_grad_(true);
  CHECK(Tape::value({{fixed, 2.0}, {free}}) == 8.0);
  CHECK(Tape::wants_grad({{fixed}, {free}}));
  CHECK_FALSE(Tape::wants_grad({{fixed}}));
}
