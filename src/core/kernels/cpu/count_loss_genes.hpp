#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_GENES_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_GENES_HPP

#include <cmath>
#include <cstdint>

#include "kernels/cpu/theta_terms.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The likelihood of one cell's counts, all genes in one pass: what is needed at
// every gene, and by every gradient. What only non-zero counts need is in
// count_loss_nonzero.hpp.
//
// Throughout, t = theta [log(theta + eps) - log(theta + mu + eps)] is the log
// probability of a zero under NB, written -theta log u, u = 1 + mu / (theta +
// eps), so that a large theta does not cancel. Gradients are by log mu, log
// theta and pi, because those are what the decoder's outputs move.

namespace scvigor {

// Sums are taken in T over so many genes, in double precision over those.
constexpr std::int64_t kRun = 4096;

// Arrays of length genes.
template <class T>
struct GenePass {
  std::int64_t genes;
  T* counts;       // zeros in the end
  const T* scale;  // mu = factor * scale
  T factor;
  T weight;
  ThetaTerms<T> theta;
  T* dropout;    // ZINB: pi, to become weight times the gradient by it
  T* odds;       // ZINB: room
  T* mu_grad;    // the gradient by log mu
  T* theta_sum;  // weight times the gradient by log theta is added
  // Results.
  double loss;
  double mu_grad_sum;
};

// What NB and ZINB make of mu and theta, from one division: `rest` joins the
// denominators, and comes back inverted.
template <class T>
struct Odds {
  T log_u;
  T share;        // r / u, r = mu / (theta + eps)
  T theta_share;  // theta / (theta + eps) r / u
  T not_share;    // theta / (theta + eps) / u
  T presence;     // mu / (mu + eps)
  T inverse_rest;
};
template <class T>
SCVIGOR_INLINE Odds<T> odds_of(T mu, T theta, T inverse_q, T rest) {
  // Where a product of denominators would leave float32: the ratios have
  // reached their limits long before. NaN stays.
  constexpr T kMaxRatio = T(1e20);
  constexpr T kMaxMean = T(1e15);
  T r = mu * inverse_q;
  r = r > kMaxRatio ? kMaxRatio : r;
  mu = mu > kMaxMean ? kMaxMean : mu;
  const T u = T(1) + r;
  const T m = mu + T(kEps);
  const T inverse = T(1) / ((u * m) * rest);
  const T inverse_um = inverse * rest;
  const T inverse_u = inverse_um * m;
  const T share = r * inverse_u;
  const T theta_by_q = theta * inverse_q;
  return {vmath::log_of_sum(r, u, inverse_u),
          share,
          theta_by_q * share,
          theta_by_q * inverse_u,
          mu * inverse_um * u,
          inverse * (u * m)};
}

// -log NB(x) = -t + x [log u - log(mu + eps)] - rise: here all but x log(mu +
// eps) and rise (theta_terms.hpp).
template <class T>
SCVIGOR_INLINE void nb_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  const T* thetas = p.theta.theta;
  const T* inverse_q = p.theta.inverse_q;
  T* mu_grad = p.mu_grad;
  T* theta_sum = p.theta_sum;
  p.loss = p.mu_grad_sum = 0.0;
  for (std::int64_t first = 0; first < p.genes; first += kRun) {
    const auto last = first + kRun < p.genes ? first + kRun : p.genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T x = counts[g];
      counts[g] = T(0);
      const T theta = thetas[g];
      const auto odds = odds_of(p.factor * scale[g], theta, inverse_q[g], T(1));
      const T t = -theta * odds.log_u;
      const T grad = theta * odds.share - x * odds.presence * odds.not_share;
      mu_grad[g] = grad;
      sum += grad;
      theta_sum[g] +=
          p.weight * (x * odds.not_share - (t + theta * odds.theta_share));
      loss += x * odds.log_u - t;
    }
    p.loss += static_cast<double>(loss);
    p.mu_grad_sum += static_cast<double>(sum);
  }
}

// Adds the sum of the logarithms of numbers from 1/2 to 2: several of them as
// the logarithm of their product.
template <class T>
SCVIGOR_INLINE void add_logs_body(const T* values, std::int64_t n,
                                  double* sum) {
  constexpr std::int64_t kFactors = 8;
  const auto products = n / kFactors;
  for (std::int64_t first = 0; first < products; first += kRun) {
    const auto last = first + kRun < products ? first + kRun : products;
    T run = T(0);
#pragma omp simd reduction(+ : run)
    for (auto i = first; i < last; ++i) {
      const T* v = values + i;
      const T low = (v[0] * v[products]) * (v[2 * products] * v[3 * products]);
      v += 4 * products;
      const T high = (v[0] * v[products]) * (v[2 * products] * v[3 * products]);
      run += vmath::log(low * high);
    }
    *sum += static_cast<double>(run);
  }
  for (auto i = products * kFactors; i < n; ++i)
    *sum += static_cast<double>(vmath::log(values[i]));
}

// Of all genes: -log p(0) under ZINB is softplus(-pi) - softplus(t - pi); of
// the other counts' loss, softplus(-pi) + pi, and what NB makes of them.
template <class T>
SCVIGOR_INLINE void zinb_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  const T* thetas = p.theta.theta;
  const T* inverse_q = p.theta.inverse_q;
  T* dropout = p.dropout;
  T* logs = p.odds;
  T* mu_grad = p.mu_grad;
  T* theta_sum = p.theta_sum;
  p.loss = p.mu_grad_sum = 0.0;
  for (std::int64_t first = 0; first < p.genes; first += kRun) {
    const auto last = first + kRun < p.genes ? first + kRun : p.genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T x = counts[g];
      counts[g] = T(0);
      const bool is_zero = x == T(0);
      const T theta = thetas[g];
      const T all = -dropout[g];
      const T e_all = vmath::exp_minus_abs(all);
      const auto odds =
          odds_of(p.factor * scale[g], theta, inverse_q[g], T(1) + e_all);
      const T i_all = odds.inverse_rest;
      const T p_all = (all < T(0) ? e_all : T(1)) * i_all;
      const T t = -theta * odds.log_u;
      const T count = t + all;
      const T e_count = vmath::exp_minus_abs(count);
      const T i_count = T(1) / (T(1) + e_count);
      const T p_count = (count < T(0) ? e_count : T(1)) * i_count;
      const T counted = is_zero ? p_count : T(1);
      loss += x * odds.log_u + (all < T(0) ? T(0) : all) -
              (is_zero && count < T(0) ? T(0) : count);
      logs[g] = T(1) + (is_zero ? (e_all - e_count) * i_count : e_all);
      const T grad =
          counted * (theta * odds.share) - x * odds.presence * odds.not_share;
      mu_grad[g] = grad;
      sum += grad;
      theta_sum[g] += p.weight * (x * odds.not_share -
                                  counted * (t + theta * odds.theta_share));
      dropout[g] = p.weight * (counted - p_all);
    }
    p.loss += static_cast<double>(loss);
    p.mu_grad_sum += static_cast<double>(sum);
  }
  add_logs_body(logs, p.genes, &p.loss);
}

// Poisson: of the loss, mu.
template <class T>
SCVIGOR_INLINE void poisson_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  T* mu_grad = p.mu_grad;
  p.loss = p.mu_grad_sum = 0.0;
  for (std::int64_t first = 0; first < p.genes; first += kRun) {
    const auto last = first + kRun < p.genes ? first + kRun : p.genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T mu = p.factor * scale[g];
      mu_grad[g] = mu - counts[g];
      counts[g] = T(0);
      loss += mu;
      sum += mu_grad[g];
    }
    p.loss += static_cast<double>(loss);
    p.mu_grad_sum += static_cast<double>(sum);
  }
}

#define SCVIGOR_GENE_KERNELS(T)                                       \
  SCVIGOR_KERNEL(nb_genes, nb_genes_body, (GenePass<T> & p), (p))     \
  SCVIGOR_KERNEL(zinb_genes, zinb_genes_body, (GenePass<T> & p), (p)) \
  SCVIGOR_KERNEL(poisson_genes, poisson_genes_body, (GenePass<T> & p), (p))
SCVIGOR_GENE_KERNELS(float)
SCVIGOR_GENE_KERNELS(double)
#undef SCVIGOR_GENE_KERNELS

}  // namespace scvigor

#endif
