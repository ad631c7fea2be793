#ifndef SCVIGOR_CORE_DISTRIBUTIONS_LIKELIHOOD_HPP
#define SCVIGOR_CORE_DISTRIBUTIONS_LIKELIHOOD_HPP

#include <ATen/core/Tensor.h>

#include "scvigor/likelihood.hpp"
#include "util/rng.hpp"

namespace scvigor {

// Parameters of p(x | z), as users see them. n x genes each unless noted;
// undefined where the likelihood has none.
struct LikelihoodParameters {
  at::Tensor px_scale;    // rho
  at::Tensor px_rate;     // mu
  at::Tensor px_r;        // theta (normal: standard deviation), 1 or n rows
  at::Tensor px_dropout;  // pi, logits
};

// All that depends on the choice of gene_likelihood: one row of a table.
struct Likelihood {
  GeneLikelihood choice;
  LikelihoodTraits traits;

  // log p(x), n x genes, in nats. Differentiable w.r.t. the parameters.
  at::Tensor (*log_prob)(const at::Tensor& x, const LikelihoodParameters& p);

  // A draw of x. Here and below all parameters are n x genes.
  at::Tensor (*sample)(const LikelihoodParameters& p, Rng& rng);
  // A draw without the noise of counting: of the Poisson's rate, where x is
  // Poisson given a rate that varies.
  at::Tensor (*sample_rate)(const at::Tensor& mu, const at::Tensor& theta,
                            Rng& rng);
};

const Likelihood& likelihood_of(GeneLikelihood choice);

}  // namespace scvigor

#endif
