// The draw and the KL term of q(z | x) are their formulas, with gradients.

#include <ATen/ATen.h>

#include <vector>

#include "backends.hpp"
#include "catch.hpp"
#include "distributions/distributions.hpp"
#include "kernels/normal_terms.hpp"
#include "kernels/tape.hpp"
#include "support.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace {

struct Posterior {
  at::Tensor mean, var, eps;
};

// Drawn once for all backends: draws differ by rounding between instruction
// sets.
Posterior random_posterior() {
  Rng rng(2);
  const auto normal = [&] { return rng.normal({6, 5}, at::kDouble); };
  const at::Tensor mean = normal();
  const at::Tensor var = normal().exp();
  return {mean, var, normal()};
}

// A copy whose gradients can be asked for.
Posterior leaf(const Posterior& q, const at::TensorOptions& options) {
  const auto copy = [&](const at::Tensor& x) { return x.to(options).clone(); };
  return {copy(q.mean).requires_grad_(true), copy(q.var).requires_grad_(true),
          copy(q.eps)};
}

// What `form` gives, weighted by cell, and its gradients.
template <class Form>
std::vector<at::Tensor> run(const Posterior& posterior,
                            const at::TensorOptions& options, Form form) {
  const Posterior q = leaf(posterior, options);
  Tape tape;
  const at::Tensor out = form(q);
  const at::Tensor weights =
      at::linspace(0.5, 1.5, out.numel(), options).reshape(out.sizes());
  tape.backward({{(out * weights).sum()}});
  return {out.detach(), q.mean.grad(), q.var.grad()};
}

template <class Found, class Expected>
void check(Found found, Expected expected) {
  const Posterior posterior = random_posterior();
  const auto right = run(posterior, at::kDouble, expected);
  support::for_each_backend([&](const support::Backend& backend) {
    for (const auto precision : {at::kDouble, at::kFloat}) {
      const auto result = run(
          posterior, at::TensorOptions(backend.device).dtype(precision), found);
      for (std::size_t i = 0; i < right.size(); ++i) {
        INFO("result " << i << ", " << backend.name << " in " << precision);
        REQUIRE_CLOSE(result[i].cpu(), right[i],
                      precision == at::kDouble ? 1e-12 : 1e-5);
      }
    }
  });
}

}  // namespace

TEST_CASE("normal_draw() is mean + sqrt(var) eps") {
  check([](const Posterior& q) { return normal_draw(q.mean, q.var, q.eps); },
        [](const Posterior& q) { return q.mean + q.var.sqrt() * q.eps; });
}

TEST_CASE("normal_var() is the activation plus the minimal variance") {
  for (const auto activation : {VarActivation::kExp, VarActivation::kSoftplus})
    check(
        [&](const Posterior& q) {
          return normal_var(3.0 * q.mean, activation, 0.1) + 0.0 * q.var;
        },
        [&](const Posterior& q) {
          const at::Tensor raw = 3.0 * q.mean;
          return (activation == VarActivation::kExp ? raw.exp()
                                                    : at::softplus(raw)) +
                 0.1 + 0.0 * q.var;
        });
}

TEST_CASE("normal_kl() is the divergence from the standard normal") {
  const auto expected = [](const Posterior& q) {
    return kl_standard_normal(q.mean, q.var).sum(-1);
  };
  check([](const Posterior& q) { return normal_kl(q.mean, q.var).mean; },
        [&](const Posterior& q) { return expected(q).mean(); });
  support::for_each_backend([&](const support::Backend& backend) {
    INFO(backend.name);
    const Tape tape;
    const Posterior q =
        leaf(random_posterior(),
             at::TensorOptions(backend.device).dtype(at::kDouble));
    const at::Tensor per_cell = normal_kl(q.mean, q.var).per_cell;
    REQUIRE_CLOSE(per_cell, expected(q).detach(), 1e-12);
    CHECK_FALSE(per_cell.requires_grad());
  });
}
