#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_ROW_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_ROW_HPP

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/cpu/count_loss_genes.hpp"
#include "kernels/cpu/count_loss_nonzero.hpp"
#include "kernels/cpu/scale_activation.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "kernels/likelihood_input.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"

// The loss of one cell, -sum over its genes of log p(x | mu, theta, pi), and
// its gradients. For one gene, with eps = 1e-8:
//
//   mu = exp(log_factor) px_scale, px_scale = softmax or softplus of its logit
//   q = theta + eps,  r = mu / q,  u = 1 + r
//   t = -theta log u                     log NB(0); scvi-tools' difference of
//                                        logarithms, but a large theta does not
//                                        cancel
//   p_mu = mu / (theta + mu + eps),  p_theta = theta / (theta + mu + eps)
//
//   NB        log p(x) = t + x [log(mu + eps) - log u] + log_gamma_term(x)
//   ZINB      log p(0) = softplus(t - pi) - softplus(-pi)
//             log p(x) = NB's - softplus(-pi) - pi
//   Poisson   log p(x) = x log mu - mu - log x!
//
// Gradients of -log p(x) are w.r.t. log mu, log theta and pi, which are what
// the decoder's outputs move. NB:
//
//   log mu     theta p_mu - x mu / (mu + eps) p_theta
//   log theta  theta d_log_u + x p_theta - d_log_gamma_term(x),
//              d_log_u = log u - (theta / q) p_mu = log u - p_mu + eps / q p_mu
//
// ZINB: at x = 0 NB's times sigmoid(t - pi), elsewhere NB's; and w.r.t. pi
// sigmoid(t - pi), or 1 at x > 0, minus sigmoid(-pi). Poisson: mu - x.
// log_gamma_term and d_log_gamma_term are in theta_terms.hpp.

namespace scvigor {

// One cell. Arrays of length n_genes unless noted; null where the likelihood
// has none. Logits are replaced by `weight` times the gradient w.r.t. them;
// without `with_grad`, by anything.
template <class T>
struct CountRow {
  std::int64_t n_genes;
  T* scale;           // logits
  T* dropout;         // logits
  T* cell_log_theta;  // of this cell alone
  ThetaTerms<T> theta;
  T log_factor;
  T weight;
  bool with_grad;
  // The non-zero counts.
  std::int64_t n_nonzero;
  const std::int32_t* genes;  // n_nonzero
  const T* counts;            // n_nonzero
  // Results.
  double loss;
  double grad_log_factor;  // times weight
  T* grad_log_theta;       // weight times the gradient is added
};

// What one pass over the genes of a cell hands to the next. Of length n_genes.
template <class T>
struct RowScratch {
  explicit RowScratch(std::int64_t n_genes)
      : d_log_scale(n_genes),
        counts(n_genes, T(0)),
        log_args(n_genes),
        grad_log_mu(n_genes),
        unused_grad(n_genes, T(0)),
        cell_theta(n_genes, false),
        nonzero(n_genes),
        by_stirling(n_genes),
        in_double(n_genes),
        hidden_scale(n_genes) {}

  AlignedVector<T> d_log_scale;  // softplus only: d log px_scale / d logit
  AlignedVector<T> counts;       // zeros between rows
  AlignedVector<T> log_args;
  AlignedVector<T> grad_log_mu;
  AlignedVector<T> unused_grad;  // w.r.t. log theta, where it is not needed
  ThetaRow<T> cell_theta;
  NonzeroCounts<T> nonzero;
  SelectedCounts<T> by_stirling;     // beyond the table of theta
  SelectedCounts<double> in_double;  // and beyond float32
  AlignedVector<T> hidden_scale;     // of those
};

// scale = weight (grad_log_mu - total scale / sum)
template <class T>
SCVIGOR_INLINE void softmax_backward_body(const T* grad_log_mu, T total_by_sum,
                                          T weight, std::int64_t n_genes,
                                          T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < n_genes; ++g)
    scale[g] = weight * (grad_log_mu[g] - scale[g] * total_by_sum);
}

// scale = weight grad_log_mu d_log_scale
template <class T>
SCVIGOR_INLINE void softplus_backward_body(const T* grad_log_mu,
                                           const T* d_log_scale, T weight,
                                           std::int64_t n_genes, T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < n_genes; ++g)
    scale[g] = weight * grad_log_mu[g] * d_log_scale[g];
}

#define SCVIGOR_ROW_KERNELS(T)                                          \
  SCVIGOR_KERNEL(softmax_backward, softmax_backward_body,               \
                 (const T* grad_log_mu, T total_by_sum, T weight,       \
                  std::int64_t n_genes, T* scale),                      \
                 (grad_log_mu, total_by_sum, weight, n_genes, scale))   \
  SCVIGOR_KERNEL(softplus_backward, softplus_backward_body,             \
                 (const T* grad_log_mu, const T* d_log_scale, T weight, \
                  std::int64_t n_genes, T* scale),                      \
                 (grad_log_mu, d_log_scale, weight, n_genes, scale))
SCVIGOR_ROW_KERNELS(float)
SCVIGOR_ROW_KERNELS(double)
#undef SCVIGOR_ROW_KERNELS

// Puts the non-zero counts among the zeros, and collects what else is known of
// them; log_gamma_term(gene, count) is called for each.
template <class T, class LogGammaTerm>
void scatter_counts(const CountRow<T>& row, RowScratch<T>& s,
                    LogGammaTerm log_gamma_term) {
  auto& e = s.nonzero;
  e.n = row.n_nonzero;
  for (std::int64_t k = 0; k < row.n_nonzero; ++k) {
    const auto g = row.genes[k];
    const T x = row.counts[k];
    s.counts[g] = x;
    e.count[k] = x;
    e.log_scale[k] = row.scale[g];
    e.log_gamma_term[k] = log_gamma_term(g, x);
  }
}

// Gamma terms of counts in the table; other counts are sorted into those for
// which float32 has digits enough, and the rest.
template <class T>
void scatter_nb_counts(const CountRow<T>& row, const GenePass<T>& pass,
                       RowScratch<T>& s) {
  constexpr bool kSingle = sizeof(T) < sizeof(double);
  const GammaTerms<T>* gamma = pass.theta.gamma;
  s.by_stirling.n = s.in_double.n = 0;
  scatter_counts(row, s, [&](std::int32_t g, T x) {
    // One beyond the table may be too large for an integer.
    const auto whole = x <= T(kTableCounts) ? static_cast<std::int32_t>(x)
                                            : std::int32_t{kTableCounts};
    if (gamma != nullptr && x == static_cast<T>(whole)) {
      const GammaTerms<T>& terms = gamma[whole * row.n_genes + g];
      pass.grad_log_theta[g] -= pass.weight * terms.d_log_gamma_term;
      return terms.log_gamma_term;
    }
    if (kSingle && gamma != nullptr && x > T(kTableCounts) &&
        x < T(kMinDoubleCount))
      s.by_stirling.add(g, x);
    else
      s.in_double.add(g, static_cast<double>(x));
    return T(0);
  });
}

template <class T>
void add_gamma_terms_by_stirling(GenePass<T>& pass, std::int64_t n_genes,
                                 SelectedCounts<T>& e) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (e.n == 0) return;
    gather_theta(pass.theta, e);
    gamma_terms_by_stirling(pass.theta, n_genes,
                            static_cast<float>(log_factorial(kTableCounts)), e);
    for (std::int64_t k = 0; k < e.n; ++k) {
      pass.loss -= static_cast<double>(e.log_gamma_term[k]);
      pass.grad_log_theta[e.gene[k]] -= pass.weight * e.d_log_gamma_term[k];
    }
  }
}

// Counts for double precision are hidden from the other passes: with a mean of
// zero, and a count that is not zero but too small to matter, all that these
// make of them is ZINB's dropout.
template <class T>
void hide_double_counts(CountRow<T>& row, RowScratch<T>& s) {
  constexpr T kNoCount = T(1e-30);
  for (std::int64_t k = 0; k < s.in_double.n; ++k) {
    const auto g = s.in_double.gene[k];
    s.hidden_scale[k] = row.scale[g];
    row.scale[g] = T(0);
    s.counts[g] = kNoCount;
  }
  if (s.in_double.n == 0) return;
  for (std::int64_t k = 0; k < s.nonzero.n; ++k)
    if (s.counts[row.genes[k]] == kNoCount) s.nonzero.count[k] = T(0);
}
template <class T>
void add_double_counts(CountRow<T>& row, GenePass<T>& pass, RowScratch<T>& s) {
  gather_theta(pass.theta, s.in_double);
  gamma_terms_in_double(s.in_double);
  for (std::int64_t k = 0; k < s.in_double.n; ++k) {
    const auto g = s.in_double.gene[k];
    row.scale[g] = s.hidden_scale[k];
    const double mu =
        static_cast<double>(pass.factor) * static_cast<double>(row.scale[g]);
    const NbLoss nb = nb_loss_in_double(s.in_double, k, mu);
    pass.loss += nb.loss;
    pass.grad_log_mu[g] = static_cast<T>(nb.grad_log_mu);
    pass.grad_log_mu_sum += nb.grad_log_mu;
    pass.grad_log_theta[g] += pass.weight * static_cast<T>(nb.grad_log_theta);
  }
}

// What log_mean() leaves out in float32.
inline void add_small_means(const NonzeroCounts<float>& e, float log_factor,
                            double* loss) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    const float log_mu = e.log_scale[k] + log_factor;
    if (log_mu < kMinLogMean)
      *loss -= static_cast<double>(e.count[k]) *
               log_mean(static_cast<double>(log_mu));
  }
}
inline void add_small_means(const NonzeroCounts<double>&, double, double*) {}

template <class T>
void nb_row(CountRow<T>& row, bool zero_inflated, T log_factor,
            GenePass<T>& pass, RowScratch<T>& s) {
  hide_double_counts(row, s);
  if (zero_inflated)
    zinb_genes(pass);
  else
    nb_genes(pass);
  T min_log_mu;
  nb_nonzero(s.nonzero, log_factor, &pass.loss, &min_log_mu);
  if (min_log_mu < T(kMinLogMean))
    add_small_means(s.nonzero, log_factor, &pass.loss);
  add_gamma_terms_by_stirling(pass, row.n_genes, s.by_stirling);
  add_double_counts(row, pass, s);
}

template <class T>
GenePass<T> gene_pass_of(const CountRow<T>& row, RowScratch<T>& s) {
  GenePass<T> pass{};
  pass.n_genes = row.n_genes;
  pass.counts = s.counts.data();
  pass.scale = row.scale;
  pass.weight = row.weight;
  pass.dropout = row.dropout;
  pass.log_args = s.log_args.data();
  pass.grad_log_mu = s.grad_log_mu.data();
  pass.grad_log_theta =
      row.grad_log_theta == nullptr ? s.unused_grad.data() : row.grad_log_theta;
  pass.theta = row.theta;
  if (row.cell_log_theta != nullptr) {
    s.cell_theta.fill(row.cell_log_theta, 0, row.n_genes);
    pass.theta = s.cell_theta.terms();
    std::fill_n(row.cell_log_theta, row.n_genes, T(0));
    pass.grad_log_theta = row.cell_log_theta;
  }
  return pass;
}

// Whether count_loss_row() has the formulas of a likelihood.
inline bool has_row_form(GeneLikelihood likelihood) {
  return likelihood == GeneLikelihood::kZinb ||
         likelihood == GeneLikelihood::kNb ||
         likelihood == GeneLikelihood::kPoisson;
}

// Fills the results of `row`.
template <class T>
void count_loss_row(CountRow<T>& row, GeneLikelihood likelihood,
                    ScaleActivation activation, RowScratch<T>& s) {
  const auto n = row.n_genes;
  const bool softmax = activation == ScaleActivation::kSoftmax;
  const bool poisson = likelihood == GeneLikelihood::kPoisson;
  GenePass<T> pass = gene_pass_of(row, s);
  if (poisson)
    scatter_counts(row, s, [](std::int32_t, T x) {
      return -static_cast<T>(log_factorial(static_cast<double>(x)));
    });
  else
    scatter_nb_counts(row, pass, s);
  SoftmaxSum<T> softmax_sum;
  if (softmax) {
    softmax_row(row.scale, n, &softmax_sum);
  } else {
    softplus_row(row.scale, n, s.d_log_scale.data());
    log_softplus(s.nonzero.log_scale.data(), s.nonzero.n);
  }
  pass.factor = std::exp(row.log_factor) / softmax_sum.sum;
  const T log_factor =
      row.log_factor - (softmax_sum.max + std::log(softmax_sum.sum));
  if (poisson) {
    poisson_genes(pass);
    poisson_nonzero(s.nonzero, log_factor, &pass.loss);
  } else {
    nb_row(row, likelihood == GeneLikelihood::kZinb, log_factor, pass, s);
  }
  row.loss = pass.loss;
  if (!row.with_grad) return;
  const double total = pass.grad_log_mu_sum;
  row.grad_log_factor = total * static_cast<double>(row.weight);
  if (softmax)
    softmax_backward(
        pass.grad_log_mu,
        static_cast<T>(total / static_cast<double>(softmax_sum.sum)),
        row.weight, n, row.scale);
  else
    softplus_backward(pass.grad_log_mu, s.d_log_scale.data(), row.weight, n,
                      row.scale);
}

}  // namespace scvigor

#endif
