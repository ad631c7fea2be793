// The draw and the KL term of q(z | x) are their formulas, with gradients.

#include <ATen/ATen.h>

#include <vector>

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

Posterior random_posterior(at::ScalarType precision) {
  Rng rng(2);
  const auto normal = [&] { return rng.normal({6, 5}, at::kDouble); };
  return {normal().to(precision).requires_grad_(true),
          normal().exp().to(precision).requires_grad_(true),
          normal().to(precision)};
}

// What `form` gives, weighted by cell, and its gradients.
template <class Form>
std::vector<at::Tensor> run(at::ScalarType precision, Form form) {
  const Posterior q = random_posterior(precision);
  Tape tape;
  const at::Tensor out = form(q);
  const at::Tensor weights =
      at::linspace(0.5, 1.5, out.numel(), precision).reshape(out.sizes());
  tape.backward({{(out * weights).sum()}});
  return {out.detach(), q.mean.grad(), q.var.grad()};
}

template <class Found, class Expected>
void check(Found found, Expected expected) {
  for (const auto precision : {at::kDouble, at::kFloat}) {
    const auto right = run(at::kDouble, expected);
    const auto result = run(precision, found);
    for (std::size_t i = 0; i < right.size(); ++i) {
      INFO("result " << i << " in " << precision);
      REQUIRE_CLOSE(result[i], right[i],
                    precision == at::kDouble ? 1e-12 : 1e-5);
    }
  }
}

}  // namespace

TEST_CASE("normal_draw() is mean + sqrt(var) eps") {
  check([](const Posterior& q) { return normal_draw(q.mean, q.var, q.eps); },
        [](const Posterior& q) { return q.mean + q.var.sqrt() * q.eps; });
}

TEST_CASE("normal_var() is positive, and never less than it should be") {
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
  const Tape tape;
  const Posterior q = random_posterior(at::kDouble);
  const at::Tensor per_cell = normal_kl(q.mean, q.var).per_cell;
  REQUIRE_CLOSE(per_cell, expected(q).detach(), 1e-12);
  CHECK_FALSE(per_cell.requires_grad());
}
