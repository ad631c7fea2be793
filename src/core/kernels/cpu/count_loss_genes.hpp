#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_GENES_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_GENES_HPP

#include <cstdint>

#include "kernels/cpu/nb_ratios.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The pass over all genes of a cell: those terms of the loss and of every
// gradient that a zero count has as well. Notation and formulas are in
// count_loss_row.hpp; the terms of non-zero counts alone are in
// count_loss_nonzero.hpp.

namespace scvigor {

// Sums are taken in T over so many genes, in double precision over those.
constexpr std::int64_t kRun = 4096;

// Arrays of length n_genes.
template <class T>
struct GenePass {
  std::int64_t n_genes;
  T* counts;       // become zeros
  const T* scale;  // mu = factor * scale
  T factor;
  T weight;  // of the cell
  ThetaTerms<T> theta;
  T* dropout;         // ZINB: pi, which becomes weight times its gradient
  T* log_args;        // ZINB: scratch
  T* grad_log_mu;     // result, without the weight
  T* grad_log_theta;  // weight times the gradient is added
  // Results.
  double loss;
  double grad_log_mu_sum;
};

// NB: of the loss, x log u - t.
template <class T>
SCVIGOR_INLINE void nb_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  const T* thetas = p.theta.theta;
  const T* inverse_q = p.theta.inverse_q;
  T* grad_log_mu = p.grad_log_mu;
  T* grad_log_theta = p.grad_log_theta;
  p.loss = p.grad_log_mu_sum = 0.0;
  for (std::int64_t first = 0; first < p.n_genes; first += kRun) {
    const auto last = first + kRun < p.n_genes ? first + kRun : p.n_genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T x = counts[g];
      counts[g] = T(0);
      const T theta = thetas[g];
      const auto nb = nb_ratios(p.factor * scale[g], theta, inverse_q[g], T(1));
      const T t = -theta * nb.log_u;
      const T grad = theta * nb.p_mu - x * nb.mu_by_mu_eps * nb.p_theta;
      grad_log_mu[g] = grad;
      sum += grad;
      grad_log_theta[g] += p.weight * (x * nb.p_theta + theta * nb.d_log_u);
      loss += x * nb.log_u - t;
    }
    p.loss += static_cast<double>(loss);
    p.grad_log_mu_sum += static_cast<double>(sum);
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

// ZINB: of the loss at x = 0, all of it, softplus(-pi) - softplus(t - pi); at
// other counts, softplus(-pi) + pi + x log u - t.
template <class T>
SCVIGOR_INLINE void zinb_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  const T* thetas = p.theta.theta;
  const T* inverse_q = p.theta.inverse_q;
  T* dropout = p.dropout;
  T* log_args = p.log_args;
  T* grad_log_mu = p.grad_log_mu;
  T* grad_log_theta = p.grad_log_theta;
  p.loss = p.grad_log_mu_sum = 0.0;
  for (std::int64_t first = 0; first < p.n_genes; first += kRun) {
    const auto last = first + kRun < p.n_genes ? first + kRun : p.n_genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T x = counts[g];
      counts[g] = T(0);
      const bool is_zero = x == T(0);
      const T theta = thetas[g];
      const T minus_pi = -dropout[g];
      const T e_pi = vmath::exp_minus_abs(minus_pi);
      const auto nb =
          nb_ratios(p.factor * scale[g], theta, inverse_q[g], T(1) + e_pi);
      // sigmoid(-pi)
      const T p_kept = (minus_pi < T(0) ? e_pi : T(1)) * nb.inverse_other;
      const T t = -theta * nb.log_u;
      const T zero_logit = t + minus_pi;
      const T e_zero = vmath::exp_minus_abs(zero_logit);
      const T inverse_zero = T(1) / (T(1) + e_zero);
      // The probability, given x, that it was counted and not dropped:
      // sigmoid(t - pi) at x = 0.
      const T p_zero_counted =
          (zero_logit < T(0) ? e_zero : T(1)) * inverse_zero;
      const T p_counted = is_zero ? p_zero_counted : T(1);
      loss += x * nb.log_u + (minus_pi < T(0) ? T(0) : minus_pi) -
              (is_zero && zero_logit < T(0) ? T(0) : zero_logit);
      log_args[g] = T(1) + (is_zero ? (e_pi - e_zero) * inverse_zero : e_pi);
      const T grad =
          p_counted * (theta * nb.p_mu) - x * nb.mu_by_mu_eps * nb.p_theta;
      grad_log_mu[g] = grad;
      sum += grad;
      grad_log_theta[g] +=
          p.weight * (x * nb.p_theta + p_counted * (theta * nb.d_log_u));
      dropout[g] = p.weight * (p_counted - p_kept);
    }
    p.loss += static_cast<double>(loss);
    p.grad_log_mu_sum += static_cast<double>(sum);
  }
  add_logs_body(log_args, p.n_genes, &p.loss);
}

// Poisson: of the loss, mu.
template <class T>
SCVIGOR_INLINE void poisson_genes_body(GenePass<T>& p) {
  T* counts = p.counts;
  const T* scale = p.scale;
  T* grad_log_mu = p.grad_log_mu;
  p.loss = p.grad_log_mu_sum = 0.0;
  for (std::int64_t first = 0; first < p.n_genes; first += kRun) {
    const auto last = first + kRun < p.n_genes ? first + kRun : p.n_genes;
    T loss = T(0);
    T sum = T(0);
#pragma omp simd reduction(+ : loss, sum)
    for (auto g = first; g < last; ++g) {
      const T mu = p.factor * scale[g];
      grad_log_mu[g] = mu - counts[g];
      counts[g] = T(0);
      loss += mu;
      sum += grad_log_mu[g];
    }
    p.loss += static_cast<double>(loss);
    p.grad_log_mu_sum += static_cast<double>(sum);
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
