#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/aligned.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/count_loss_genes.hpp"
#include "kernels/count_loss_nonzero.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/theta_terms.hpp"
#include "kernels/vector_math.hpp"

// The count likelihood of one cell: the order in which count_loss() goes
// through it.

namespace scvigor {

// One cell. Arrays of length genes unless noted; null where not needed.
// Logits come in and go out as what the loss' gradient by them is, times
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
      : slope(genes), counts(genes, T(0)), odds(genes), mu_grad(genes),
        unwanted(genes, T(0)), own_theta(genes, false) {
    const auto most = static_cast<std::size_t>(genes);
    small.reserve(most);
    large.reserve(most);
    exact.reserve(most);
  }

  AlignedVector<T> slope;   // softplus only: d log px_scale / d logit
  AlignedVector<T> counts;  // zeros, but while a row is at work
  AlignedVector<T> odds;
  AlignedVector<T> mu_grad;   // by log mu
  AlignedVector<T> unwanted;  // a gradient by theta that nobody asked for
  ThetaRow<T> own_theta;
  Entries<T> small, large;  // counts that the table of theta has, and others
  Entries<double> exact;    // those that need double precision
};

// scale: exp(logits - top) in place of the logits; returns their sum.
template <class T>
SCVIGOR_INLINE void softmax_body(T* scale, std::int64_t genes, T* sum) {
  T top = scale[0];
#pragma omp simd reduction(max : top)
  for (std::int64_t g = 0; g < genes; ++g)
    top = scale[g] > top ? scale[g] : top;
  T total = T(0);
#pragma omp simd reduction(+ : total)
  for (std::int64_t g = 0; g < genes; ++g) {
    scale[g] = vmath::exp(scale[g] - top);
    total += scale[g];
  }
  *sum = total;
}

// softplus(logits) in place of the logits, slope = d log softplus / d logit.
template <class T>
SCVIGOR_INLINE void softplus_body(T* scale, std::int64_t genes, T* slope) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    const T logit = scale[g];
    const auto s = vmath::softplus(logit);
    scale[g] = s.value;
    // Both tend to exp(logit), and their ratio to 1, long before underflow.
    slope[g] = logit < T(-40) ? T(1) : s.sigmoid / s.value;
  }
}

// softmax: scale = weight (mu_grad - total scale / sum)
template <class T>
SCVIGOR_INLINE void softmax_grad_body(const T* mu_grad, T total_by_sum,
                                      T weight, std::int64_t genes,
                                      T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g)
    scale[g] = weight * (mu_grad[g] - scale[g] * total_by_sum);
}

// softplus: scale = weight mu_grad slope
template <class T>
SCVIGOR_INLINE void softplus_grad_body(const T* mu_grad, const T* slope,
                                       T weight, std::int64_t genes,
                                       T* scale) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g)
    scale[g] = weight * mu_grad[g] * slope[g];
}

// Both precisions of every pass, for each instruction set.
#define SCVIGOR_ROW_KERNELS(T)                                                 \
  SCVIGOR_KERNEL(softmax_row, softmax_body,                                    \
                 (T * scale, std::int64_t genes, T* sum), (scale, genes, sum)) \
  SCVIGOR_KERNEL(softplus_row, softplus_body,                                  \
                 (T * scale, std::int64_t genes, T* slope),                    \
                 (scale, genes, slope))                                        \
  SCVIGOR_KERNEL(softmax_grad_row, softmax_grad_body,                          \
                 (const T* mu_grad, T total_by_sum, T weight,                  \
                  std::int64_t genes, T* scale),                               \
                 (mu_grad, total_by_sum, weight, genes, scale))                \
  SCVIGOR_KERNEL(softplus_grad_row, softplus_grad_body,                        \
                 (const T* mu_grad, const T* slope, T weight,                  \
                  std::int64_t genes, T* scale),                               \
                 (mu_grad, slope, weight, genes, scale))
SCVIGOR_ROW_KERNELS(float)
SCVIGOR_ROW_KERNELS(double)
#undef SCVIGOR_ROW_KERNELS

// What Poisson needs at the non-zero counts: log x! - x log mu.
template <class T>
double poisson_entries(const CountRow<T>& row, double log_scale_factor) {
  double loss = 0.0;
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const double x = row.counts[k];
    // log mu from its parts: mu may underflow where its logarithm does not.
    const double log_mu =
        log_scale_factor +
        std::log(static_cast<double>(row.scale[row.index[k]]));
    loss += log_factorial(x) - x * log_mu;
  }
  return loss;
}

// Sorts the counts: those that the table has, those beyond it, and those that
// need double precision.
template <class T>
void sort_entries(const CountRow<T>& row, bool has_table, RowBuffers<T>& b) {
  constexpr bool kSingle = sizeof(T) < sizeof(double);
  b.small.n = b.large.n = b.exact.n = 0;
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const T x = row.counts[k];
    const bool in_table = x <= T(kTableCounts) &&
                          x == static_cast<T>(static_cast<std::int32_t>(x));
    if (has_table && in_table)
      b.small.add(row.index[k], x);
    else if (kSingle && has_table && x > T(kTableCounts) && x < T(kLargeCount))
      b.large.add(row.index[k], x);
    else
      b.exact.add(row.index[k], static_cast<double>(x));
  }
}

// rise and slope of counts beyond the table.
template <class T>
void put_large(const CellMeans<T>& cell, Entries<T>& e) {
  if constexpr (sizeof(T) == sizeof(float))
    stirling(cell.theta, cell.genes,
             static_cast<float>(log_factorial(kTableCounts)), e);
}

// NB and ZINB at counts that float32 has digits enough for: what is beyond the
// pass over all genes, the loss and the gamma functions' share of the gradient
// by log theta.
template <class T, class PutGamma>
void add_entries(Entries<T>& e, const CellMeans<T>& cell, PutGamma put_gamma,
                 GenePass<T>& pass) {
  if (e.n == 0) return;
  gather(cell, e);
  put_gamma(cell, e);
  entries_loss(e, cell.factor, &pass.loss);
  for (std::int64_t k = 0; k < e.n; ++k)
    pass.theta_sum[e.gene[k]] -= pass.weight * e.slope[k];
}

// Those that need double precision are kept from the pass over all genes: with
// a mean of zero, and a count that is not zero but too small to matter, all
// that is left of them there is ZINB's dropout.
template <class T>
void hide_exact(const CellMeans<T>& cell, CountRow<T>& row, RowBuffers<T>& b) {
  gather(cell, b.exact);
  for (std::int64_t k = 0; k < b.exact.n; ++k) {
    const auto g = b.exact.gene[k];
    row.scale[g] = T(0);
    b.counts[g] = T(1e-30);
  }
}
template <class T>
void add_exact(CountRow<T>& row, GenePass<T>& pass, RowBuffers<T>& b) {
  if (b.exact.n == 0) return;
  put_exact(b.exact);
  entries_loss(b.exact, static_cast<double>(pass.factor), &pass.loss);
  for (std::int64_t k = 0; k < b.exact.n; ++k) {
    const auto g = b.exact.gene[k];
    row.scale[g] = static_cast<T>(b.exact.scale[k]);
    const double mu = static_cast<double>(pass.factor) * b.exact.scale[k];
    const NbGrad grad = exact_grad(b.exact, k, mu);
    pass.mu_grad[g] = static_cast<T>(grad.by_mu);
    pass.mu_grad_sum += grad.by_mu;
    pass.theta_sum[g] += pass.weight * static_cast<T>(grad.by_theta);
  }
}

template <class T>
void nb_row(CountRow<T>& row, bool zero_inflated, GenePass<T>& pass,
            RowBuffers<T>& b) {
  const CellMeans<T> cell{row.scale, pass.factor, pass.theta, row.genes};
  sort_entries(row, cell.theta.rise != nullptr, b);
  hide_exact(cell, row, b);
  if (zero_inflated)
    zinb_genes(pass);
  else
    nb_genes(pass);
  add_entries(b.small, cell, look_up<T>, pass);
  add_entries(b.large, cell, put_large<T>, pass);
  add_exact(row, pass, b);
}

// Fills the results of `row`.
template <class T>
void count_loss_row(CountRow<T>& row, GeneLikelihood likelihood,
                    ScaleActivation activation, RowBuffers<T>& b) {
  const auto n = row.genes;
  const bool softmax = activation == ScaleActivation::kSoftmax;
  T sum = T(1);
  if (softmax)
    softmax_row(row.scale, n, &sum);
  else
    softplus_row(row.scale, n, b.slope.data());
  for (std::int64_t k = 0; k < row.entries; ++k)
    b.counts[row.index[k]] = row.counts[k];

  GenePass<T> pass{};
  pass.genes = n;
  pass.counts = b.counts.data();
  pass.scale = row.scale;
  pass.factor = std::exp(row.log_factor) / sum;
  pass.weight = row.weight;
  pass.dropout = row.dropout;
  pass.odds = b.odds.data();
  pass.mu_grad = b.mu_grad.data();
  pass.theta_sum = row.theta_sum == nullptr ? b.unwanted.data() : row.theta_sum;
  if (likelihood == GeneLikelihood::kPoisson) {
    poisson_genes(pass);
    pass.loss += poisson_entries(row, row.log_factor - std::log(sum));
  } else {
    pass.theta = row.theta;
    if (row.own_theta != nullptr) {
      b.own_theta.fill(row.own_theta, 0, n);
      pass.theta = b.own_theta.terms();
      std::fill_n(row.own_theta, n, T(0));
      pass.theta_sum = row.own_theta;
    }
    nb_row(row, likelihood == GeneLikelihood::kZinb, pass, b);
  }
  row.loss = pass.loss;

  for (std::int64_t k = 0; k < row.entries; ++k)
    b.counts[row.index[k]] = T(0);
  if (!row.with_grad) return;
  const double total = pass.mu_grad_sum;
  row.factor_grad = total * static_cast<double>(row.weight);
  if (softmax)
    softmax_grad_row(pass.mu_grad,
                     static_cast<T>(total / static_cast<double>(sum)),
                     row.weight, n, row.scale);
  else
    softplus_grad_row(pass.mu_grad, b.slope.data(), row.weight, n, row.scale);
}

}  // namespace scvigor

#endif
