#include "distributions/likelihood.hpp"

#include <stdexcept>

#include "distributions/distributions.hpp"
#include "distributions/sampling.hpp"

namespace scvigor {
namespace {

using Parameters = LikelihoodParameters;

at::Tensor sample_nb(const Parameters& p, Rng& rng) {
  return sample_poisson(sample_gamma_rate(p.px_rate, p.px_r, rng), rng);
}

// One row per likelihood: its choice, traits, log-probability, a draw of x and
// a draw without the noise of counting.
const Likelihood kLikelihoods[] = {
    {GeneLikelihood::kZinb,
     {/*has_theta=*/true, /*has_dropout=*/true, /*is_count=*/true},
     [](const at::Tensor& x, const Parameters& p) {
       return zinb_log_prob(x, p.px_rate, p.px_r, p.px_dropout);
     },
     [](const Parameters& p, Rng& rng) {
       return drop_out(sample_nb(p, rng), p.px_dropout, rng);
     },
     sample_gamma_rate},
    {GeneLikelihood::kNb,
     {/*has_theta=*/true, /*has_dropout=*/false, /*is_count=*/true},
     [](const at::Tensor& x, const Parameters& p) {
       return nb_log_prob(x, p.px_rate, p.px_r);
     },
     sample_nb,
     sample_gamma_rate},
    {GeneLikelihood::kPoisson,
     {/*has_theta=*/false, /*has_dropout=*/false, /*is_count=*/true},
     [](const at::Tensor& x, const Parameters& p) {
       return poisson_log_prob(x, p.px_rate);
     },
     [](const Parameters& p, Rng& rng) {
       return sample_poisson(p.px_rate, rng);
     },
     [](const at::Tensor& mu, const at::Tensor&, Rng&) { return mu; }},
    {GeneLikelihood::kNormal,
     {/*has_theta=*/true, /*has_dropout=*/false, /*is_count=*/false},
     [](const at::Tensor& x, const Parameters& p) {
       return normal_log_prob(x, p.px_rate, p.px_r);
     },
     [](const Parameters& p, Rng& rng) {
       return sample_normal(p.px_rate, p.px_r, rng);
     },
     sample_normal}};

}  // namespace

const Likelihood& likelihood_of(GeneLikelihood choice) {
  for (const auto& row : kLikelihoods)
    if (row.choice == choice) return row;
  throw std::logic_error("a likelihood is missing in kLikelihoods");
}

}  // namespace scvigor
