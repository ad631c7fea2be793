// Densities and draws of whole tensors of parameters, as users of scvi-tools'
// distributions ask for them.

#include <ATen/ATen.h>

#include <cmath>

#include "catch.hpp"
#include "distributions/distributions.hpp"
#include "distributions/sampling.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

at::Tensor constant(at::IntArrayRef shape, double value) {
  return at::full(shape, value, at::kDouble);
}

at::Tensor draw_nb(const at::Tensor& mu, const at::Tensor& theta, Rng& rng) {
  return sample_poisson(sample_gamma_rate(mu, theta, rng), rng);
}

}  // namespace

TEST_CASE("DI01 log-probabilities of 50 x 3 parameters are the formulas") {
  Rng rng(1);
  const at::Tensor x = rng.uniform({50, 3}, 0.0, 20.0, at::kDouble).floor();
  const at::Tensor mu = constant({50, 3}, 15.0);
  const at::Tensor theta = 100.0 + rng.uniform({50, 3}, 0.0, 1.0, at::kDouble);
  const at::Tensor pi = rng.normal({50, 3}, at::kDouble);
  // R's dnbinom(x, size = theta, mu = mu, log = TRUE)
  const at::Tensor expected =
      at::lgamma(x + theta) - at::lgamma(theta) - at::lgamma(x + 1.0) +
      theta * at::log(theta / (theta + mu)) + x * at::log(mu / (theta + mu));
  const at::Tensor found = nb_log_prob(x, mu, theta);
  CHECK(found.sizes() == at::IntArrayRef({50, 3}));
  REQUIRE_CLOSE(found, expected, 1e-8);

  const at::Tensor share = at::sigmoid(pi);
  const at::Tensor inflated = at::log(share * (x == 0).to(at::kDouble) +
                                      (1.0 - share) * expected.exp());
  REQUIRE_CLOSE(zinb_log_prob(x, mu, theta, pi), inflated, 1e-8);
  // In single precision, as models are trained.
  const auto single = [](const at::Tensor& t) { return t.to(at::kFloat); };
  REQUIRE_CLOSE(
      nb_log_prob(single(x), single(mu), single(theta)).to(at::kDouble),
      expected, 1e-4);
}

TEST_CASE("DI02 draws have the shape and the moments of their parameters") {
  Rng rng(2);
  const double mu = 15.0;
  const double theta = 100.0;
  CHECK(
      draw_nb(constant({100, 2}, mu), constant({100, 2}, theta), rng).sizes() ==
      at::IntArrayRef({100, 2}));
  CHECK(draw_nb(constant({4, 3, 2}, mu), constant({4, 3, 2}, theta), rng)
            .sizes() == at::IntArrayRef({4, 3, 2}));
  const at::Tensor draws =
      draw_nb(constant({1000, 2}, mu), constant({1000, 2}, theta), rng);
  CHECK(draws.equal(draws.floor()));
  for (const int column : {0, 1}) {
    const at::Tensor values = draws.select(1, column);
    CHECK(std::abs(values.mean().item<double>() - mu) < 1.0);
    CHECK(std::abs(values.std().item<double>() -
                   std::sqrt(mu + mu * mu / theta)) < 1.0);
  }
}

TEST_CASE("DI04 ZINB: mean, variance and log-probability of a zero") {
  Rng rng(3);
  const double mu = 15.0;
  const double theta = 2.0;
  const double logit = -0.5;
  const double pi = 1.0 / (1.0 + std::exp(-logit));
  const std::int64_t n = 200000;
  const at::Tensor draws =
      drop_out(draw_nb(constant({n}, mu), constant({n}, theta), rng),
               constant({n}, logit), rng);
  const double mean = (1.0 - pi) * mu;
  const double variance =
      (1.0 - pi) * mu * (mu + theta + pi * mu * theta) / theta;
  const double error = std::sqrt(variance / static_cast<double>(n));
  CHECK(std::abs(draws.mean().item<double>() - mean) < 5.0 * error);
  CHECK(draws.var().item<double>() == Approx(variance).epsilon(0.05));
  const double zero = zinb_log_prob(constant({1}, 0.0), constant({1}, mu),
                                    constant({1}, theta), constant({1}, logit))
                          .item<double>();
  CHECK(zero == Approx(std::log(
                    pi + (1.0 - pi) * std::pow(theta / (theta + mu), theta))));
}

TEST_CASE("DI04 enormous means stay finite; rates are cut at 1e8") {
  Rng rng(4);
  for (const auto type : {at::kFloat, at::kDouble}) {
    const at::Tensor mu = at::full({50}, 1e30, type);
    const at::Tensor theta = at::full({50}, 2.0, type);
    const at::Tensor draws = draw_nb(mu, theta, rng);
    CHECK(at::isfinite(draws).all().item<bool>());
    // The standard deviation of a Poisson of 1e8 is 1e4.
    CHECK((draws.to(at::kDouble) - 1e8).abs().max().item<double>() < 6e4);
    const at::Tensor pi = at::zeros({50}, type);
    for (const double x : {0.0, 5.0, 1e8}) {
      const at::Tensor count = at::full({50}, x, type);
      CHECK(at::isfinite(nb_log_prob(count, mu, theta)).all().item<bool>());
      CHECK(
          at::isfinite(zinb_log_prob(count, mu, theta, pi)).all().item<bool>());
    }
  }
}
