#ifndef SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_ROW_HPP
#define SCVIGOR_CORE_KERNELS_CPU_COUNT_LOSS_ROW_HPP

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/count_loss.hpp"
#include "kernels/cpu/count_loss_genes.hpp"
#include "kernels/cpu/count_loss_nonzero.hpp"
#include "kernels/cpu/scale_activation.hpp"
#include "kernels/cpu/theta_terms.hpp"
#include "simd/aligned_vector.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

// The count likelihood of one cell: the order in which count_loss() goes
// through it.

namespace scvigor {

// One cell. Arrays of length genes unless noted; null where not needed.
// LazyLogits come in and go out as what the loss' gradient by them is, times
// `weight`; without `with_grad` they go out as scratch.
template <class T>
struct CountRow {
  std::int64_t genes;
  T* scale;      // logits
  T* dropout;    // logits
  T* own_theta;  // log theta of this cell alone
  ThetaTerms<T> theta;
  T log_factor;
  T weight;
  bool with_grad;
  // The non-zero counts.
  std::int64_t entries;
  const std::int32_t* index;  // entries
  const T* counts;            // entries
  // Results.
  double loss;
  double factor_grad;  // by log_factor, times weight
  T* theta_sum;        // the gradient by log theta, times weight, is added
};

// What a pass over the genes of a cell hands to the next. Of length genes.
template <class T>
struct RowBuffers {
  explicit RowBuffers(std::int64_t genes)
      : slope(genes),
        counts(genes, T(0)),
        odds(genes),
        mu_grad(genes),
        unwanted(genes, T(0)),
        own_theta(genes, false),
        entries(genes),
        large(genes),
        exact(genes),
        exact_scale(genes) {}

  AlignedVector<T> slope;   // softplus only: d log px_scale / d logit
  AlignedVector<T> counts;  // zeros between rows
  AlignedVector<T> odds;
  AlignedVector<T> mu_grad;   // by log mu
  AlignedVector<T> unwanted;  // a gradient by theta that nobody asked for
  ThetaRow<T> own_theta;
  CellEntries<T> entries;
  SomeEntries<T> large;       // counts beyond the table of theta
  SomeEntries<double> exact;  // those that need double precision
  AlignedVector<T> exact_scale;
};

// softmax: scale = weight (mu_grad - total scale / sum)
template <class T>
SCVIGOR_INLINE void softmax_grad_body(const T* mu_grad, T total_by_sum,
                                      T weight, std::int64_t genes, T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g)
    scale[g] = weight * (mu_grad[g] - scale[g] * total_by_sum);
}

// softplus: scale = weight mu_grad slope
template <class T>
SCVIGOR_INLINE void softplus_grad_body(const T* mu_grad, const T* slope,
                                       T weight, std::int64_t genes, T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g)
    scale[g] = weight * mu_grad[g] * slope[g];
}

// Both precisions of every pass, for each instruction set.
#define SCVIGOR_ROW_KERNELS(T)                                  \
  SCVIGOR_KERNEL(softmax_grad_row, softmax_grad_body,           \
                 (const T* mu_grad, T total_by_sum, T weight,   \
                  std::int64_t genes, T* scale),                \
                 (mu_grad, total_by_sum, weight, genes, scale)) \
  SCVIGOR_KERNEL(softplus_grad_row, softplus_grad_body,         \
                 (const T* mu_grad, const T* slope, T weight,   \
                  std::int64_t genes, T* scale),                \
                 (mu_grad, slope, weight, genes, scale))
SCVIGOR_ROW_KERNELS(float)
SCVIGOR_ROW_KERNELS(double)
#undef SCVIGOR_ROW_KERNELS

// Lays the non-zero counts among the zeros, and puts together what else is
// known of them; `rise_at(k, gene, count)` is their term without mu.
template <class T, class RiseAt>
void spread_entries(const CountRow<T>& row, RowBuffers<T>& b, RiseAt rise_at) {
  auto& e = b.entries;
  e.n = row.entries;
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const auto g = row.index[k];
    const T x = row.counts[k];
    b.counts[g] = x;
    e.count[k] = x;
    e.log_scale[k] = row.scale[g];
    e.rise[k] = rise_at(k, g, x);
  }
}

// The gamma functions of counts that the table has; other counts are sorted
// into those that float32 has digits enough for, and the rest.
template <class T>
void spread_nb_entries(const CountRow<T>& row, const GenePass<T>& pass,
                       RowBuffers<T>& b) {
  constexpr bool kSingle = sizeof(T) < sizeof(double);
  const GammaTerms<T>* gamma = pass.theta.gamma;
  b.large.n = b.exact.n = 0;
  spread_entries(row, b, [&](std::int64_t, std::int32_t g, T x) {
    const auto whole = static_cast<std::int32_t>(x);
    if (gamma != nullptr && x <= T(kTableCounts) &&
        x == static_cast<T>(whole)) {
      const GammaTerms<T>& terms = gamma[whole * row.genes + g];
      pass.theta_sum[g] -= pass.weight * terms.slope;
      return terms.rise;
    }
    if (kSingle && gamma != nullptr && x > T(kTableCounts) &&
        x < T(kLargeCount))
      b.large.add(g, x);
    else
      b.exact.add(g, static_cast<double>(x));
    return T(0);
  });
}

// rise and slope of counts beyond the table.
template <class T>
void add_large(GenePass<T>& pass, std::int64_t genes, SomeEntries<T>& e) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (e.n == 0) return;
    gather_theta(pass.theta, e);
    stirling(pass.theta, genes, static_cast<float>(log_factorial(kTableCounts)),
             e);
    for (std::int64_t k = 0; k < e.n; ++k) {
      pass.loss -= static_cast<double>(e.rise[k]);
      pass.theta_sum[e.gene[k]] -= pass.weight * e.slope[k];
    }
  }
}

// Counts that need double precision are kept from the other passes: with a mean
// of zero, and a count that is not zero but too small to matter, all that is
// left of them there is ZINB's dropout.
template <class T>
void hide_exact(CountRow<T>& row, RowBuffers<T>& b) {
  constexpr T kNoCount = T(1e-30);
  for (std::int64_t k = 0; k < b.exact.n; ++k) {
    const auto g = b.exact.gene[k];
    b.exact_scale[k] = row.scale[g];
    row.scale[g] = T(0);
    b.counts[g] = kNoCount;
  }
  if (b.exact.n == 0) return;
  for (std::int64_t k = 0; k < b.entries.n; ++k)
    if (b.counts[row.index[k]] == kNoCount) b.entries.count[k] = T(0);
}
template <class T>
void add_exact(CountRow<T>& row, GenePass<T>& pass, RowBuffers<T>& b) {
  gather_theta(pass.theta, b.exact);
  put_exact(b.exact);
  for (std::int64_t k = 0; k < b.exact.n; ++k) {
    const auto g = b.exact.gene[k];
    row.scale[g] = b.exact_scale[k];
    const double mu =
        static_cast<double>(pass.factor) * static_cast<double>(row.scale[g]);
    const NbTerms terms = exact_terms(b.exact, k, mu);
    pass.loss += terms.loss;
    pass.mu_grad[g] = static_cast<T>(terms.grad_mu);
    pass.mu_grad_sum += terms.grad_mu;
    pass.theta_sum[g] += pass.weight * static_cast<T>(terms.grad_theta);
  }
}

// What log_mean() leaves out.
inline void add_small_means(const CellEntries<float>& e, float log_factor,
                            double* loss) {
  for (std::int64_t k = 0; k < e.n; ++k) {
    const float log_mu = e.log_scale[k] + log_factor;
    if (log_mu < kMinLogMean)
      *loss -= static_cast<double>(e.count[k]) *
               log_mean(static_cast<double>(log_mu));
  }
}
inline void add_small_means(const CellEntries<double>&, double, double*) {}

template <class T>
void nb_row(CountRow<T>& row, bool zero_inflated, T log_factor,
            GenePass<T>& pass, RowBuffers<T>& b) {
  hide_exact(row, b);
  if (zero_inflated)
    zinb_genes(pass);
  else
    nb_genes(pass);
  T least;
  entries_loss(b.entries, log_factor, &pass.loss, &least);
  if (least < T(kMinLogMean))
    add_small_means(b.entries, log_factor, &pass.loss);
  add_large(pass, row.genes, b.large);
  add_exact(row, pass, b);
}

// Fills the results of `row`.
template <class T>
void count_loss_row(CountRow<T>& row, GeneLikelihood likelihood,
                    ScaleActivation activation, RowBuffers<T>& b) {
  const auto n = row.genes;
  const bool softmax = activation == ScaleActivation::kSoftmax;
  const bool poisson = likelihood == GeneLikelihood::kPoisson;
  GenePass<T> pass{};
  pass.genes = n;
  pass.counts = b.counts.data();
  pass.scale = row.scale;
  pass.weight = row.weight;
  pass.dropout = row.dropout;
  pass.odds = b.odds.data();
  pass.mu_grad = b.mu_grad.data();
  pass.theta_sum = row.theta_sum == nullptr ? b.unwanted.data() : row.theta_sum;
  pass.theta = row.theta;
  if (row.own_theta != nullptr) {
    b.own_theta.fill(row.own_theta, 0, n);
    pass.theta = b.own_theta.terms();
    std::fill_n(row.own_theta, n, T(0));
    pass.theta_sum = row.own_theta;
  }

  if (poisson)
    spread_entries(row, b, [](std::int64_t, std::int32_t, T x) {
      return -static_cast<T>(log_factorial(static_cast<double>(x)));
    });
  else
    spread_nb_entries(row, pass, b);
  SoftmaxSum<T> softmaxed;
  if (softmax) {
    softmax_row(row.scale, n, &softmaxed);
  } else {
    softplus_row(row.scale, n, b.slope.data());
    log_softplus(b.entries.log_scale.data(), b.entries.n);
  }
  pass.factor = std::exp(row.log_factor) / softmaxed.sum;
  const T log_factor =
      row.log_factor - (softmaxed.top + std::log(softmaxed.sum));
  if (poisson) {
    poisson_genes(pass);
    poisson_entries_loss(b.entries, log_factor, &pass.loss);
  } else {
    nb_row(row, likelihood == GeneLikelihood::kZinb, log_factor, pass, b);
  }
  row.loss = pass.loss;
  if (!row.with_grad) return;
  const double total = pass.mu_grad_sum;
  row.factor_grad = total * static_cast<double>(row.weight);
  if (softmax)
    softmax_grad_row(pass.mu_grad,
                     static_cast<T>(total / static_cast<double>(softmaxed.sum)),
                     row.weight, n, row.scale);
  else
    softplus_grad_row(pass.mu_grad, b.slope.data(), row.weight, n, row.scale);
}

}  // namespace scvigor

#endif
