// What the densities must be by theory: normalized, with the right moments
// and limits, and divergences that agree with numerical integration.

#include <ATen/ATen.h>

#include <cmath>

#include "catch.hpp"
#include "distributions/distributions.hpp"
#include "support.hpp"

using namespace scvigor;

namespace {

at::Tensor number(double value) { return at::full({}, value, at::kDouble); }

// 0, 1, ..., n - 1
at::Tensor counts_below(std::int64_t n) { return at::arange(n, at::kDouble); }

double total(const at::Tensor& values) { return values.sum().item<double>(); }

constexpr double kMeans[] = {5.0, 20.0, 300.0};
constexpr double kThetas[] = {0.5, 3.0, 50.0};

}  // namespace

TEST_CASE("NB is R's dnbinom up to the eps in its logarithms") {
  for (const double mu : kMeans)
    for (const double theta : kThetas)
      for (const double x : {0.0, 1.0, 7.0, 40.0}) {
        INFO("x " << x << ", mu " << mu << ", theta " << theta);
        const double expected = std::lgamma(x + theta) - std::lgamma(theta) -
                                std::lgamma(x + 1) +
                                theta * std::log(theta / (theta + mu)) +
                                x * std::log(mu / (theta + mu));
        const double found =
            nb_log_prob(number(x), number(mu), number(theta)).item<double>();
        CHECK(std::abs(found - expected) <= 1e-8 * (1 + std::abs(expected)));
      }
}

TEST_CASE("NB sums to 1, with mean mu and variance mu + mu^2 / theta") {
  const at::Tensor x = counts_below(60000);
  for (const double mu : kMeans)
    for (const double theta : kThetas) {
      INFO("mu " << mu << ", theta " << theta);
      const at::Tensor p = nb_log_prob(x, number(mu), number(theta)).exp();
      CHECK(total(p) == Approx(1.0).epsilon(1e-7));
      const double mean = total(p * x);
      CHECK(mean == Approx(mu).epsilon(1e-7));
      CHECK(total(p * (x - mean).pow(2)) ==
            Approx(mu + mu * mu / theta).epsilon(1e-7));
    }
}

TEST_CASE("ZINB is NB with a share sigmoid(pi) of zeros") {
  const at::Tensor x = counts_below(500);
  const at::Tensor mu = number(4.0);
  const at::Tensor theta = number(0.8);
  const at::Tensor nb = nb_log_prob(x, mu, theta).exp();
  for (const double pi : {-6.0, -0.3, 0.0, 2.0}) {
    INFO("pi " << pi);
    const double share = 1.0 / (1.0 + std::exp(-pi));
    at::Tensor expected = (1.0 - share) * nb;
    expected[0] += share;
    REQUIRE_CLOSE(zinb_log_prob(x, mu, theta, number(pi)).exp(), expected, 1e-9,
                  0.0);
  }
}

TEST_CASE("ZINB without dropout is NB, and with nothing else all zeros") {
  const at::Tensor x = counts_below(50);
  const at::Tensor mu = number(4.0);
  const at::Tensor theta = number(0.8);
  REQUIRE_CLOSE(zinb_log_prob(x, mu, theta, number(-60.0)),
                nb_log_prob(x, mu, theta), 1e-12);
  const double zero =
      zinb_log_prob(number(0.0), mu, theta, number(60.0)).item<double>();
  CHECK(std::abs(zero) <= 1e-12);
}

TEST_CASE("NB with a large theta is Poisson") {
  const at::Tensor x = counts_below(50);
  for (const double mu : {0.01, 1.0, 30.0}) {
    INFO("mu " << mu);
    const at::Tensor poisson = poisson_log_prob(x, number(mu));
    // The eps in the logarithms moves a log density by x eps / mu.
    REQUIRE_CLOSE(nb_log_prob(x, number(mu), number(1e12)), poisson,
                  1e-8 * (1.0 + 10.0 / mu));
  }
}

TEST_CASE("Poisson sums to 1; a rate of 0 allows a count of 0 only") {
  const at::Tensor x = counts_below(500);
  CHECK(total(poisson_log_prob(x, number(30.0)).exp()) ==
        Approx(1.0).epsilon(1e-12));
  CHECK(poisson_log_prob(number(0.0), number(0.0)).item<double>() == 0.0);
}

TEST_CASE("divergences are what numerical integration gives") {
  const at::Tensor grid = at::linspace(-60.0, 60.0, 240001, at::kDouble);
  const double step = 120.0 / 240000;
  const auto integral = [&](double mean, double var, double prior_mean,
                            double prior_var) {
    const at::Tensor q =
        normal_log_prob(grid, number(mean), number(std::sqrt(var)));
    const at::Tensor p =
        normal_log_prob(grid, number(prior_mean), number(std::sqrt(prior_var)));
    return total(q.exp() * (q - p)) * step;
  };
  for (const double mean : {-2.0, 0.0, 0.5})
    for (const double var : {0.01, 1.0, 4.0}) {
      INFO("mean " << mean << ", var " << var);
      CHECK(kl_standard_normal(number(mean), number(var)).item<double>() ==
            Approx(integral(mean, var, 0.0, 1.0)).margin(1e-9));
      CHECK(kl_two_normals(number(mean), number(var), number(1.5), number(0.7))
                .item<double>() ==
            Approx(integral(mean, var, 1.5, 0.7)).margin(1e-9));
    }
}

TEST_CASE("a distribution does not diverge from itself") {
  CHECK(kl_standard_normal(number(0.0), number(1.0)).item<double>() == 0.0);
  CHECK(kl_two_normals(number(3.0), number(0.2), number(3.0), number(0.2))
            .item<double>() == Approx(0.0).margin(1e-15));
}
