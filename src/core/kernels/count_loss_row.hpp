#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/aligned.hpp"
#include "kernels/count_loss.hpp"
#include "kernels/count_loss_nonzero.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/theta_terms.hpp"
#include "kernels/vector_math.hpp"

// The count likelihood of one cell: the arithmetic of count_loss().
//
// Throughout, t = theta [log(theta + eps) - log(theta + mu + eps)] is the log
// probability of a zero under NB, written -theta log u, u = 1 + mu / (theta +
// eps), so that a large theta does not cancel. Gradients are by log mu, log
// theta and pi, because those are what the decoder's outputs move.

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
      : slope(genes), mu(genes), loss(genes), mu_grad(genes),
        theta_grad(genes), own_theta(genes, false) {
    const auto most = static_cast<std::size_t>(genes);
    entries.reserve(most);
    large.reserve(most);
    exact.reserve(most);
  }

  AlignedVector<T> slope;  // softplus only: d log px_scale / d logit
  AlignedVector<T> mu;
  AlignedVector<T> loss;
  AlignedVector<T> mu_grad;  // by log mu
  AlignedVector<T> theta_grad;
  ThetaRow<T> own_theta;
  Entries<T> entries;     // all counts, as if in the table's reach
  Entries<T> large;       // those beyond it
  Entries<double> exact;  // those that need double precision
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

// The terms of every gene as if its count were zero: NB. mu = factor * scale.
template <class T>
SCVIGOR_INLINE void nb_zero_body(const T* scale, T factor,
                                 const ThetaTerms<T>& terms,
                                 std::int64_t genes, T* mu, T* loss,
                                 T* mu_grad, T* theta_grad) {
  const T* theta = terms.theta;
  const T* inverse_q = terms.inverse_q;
  const T* squared = terms.squared;
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    mu[g] = factor * scale[g];
    const auto odds = vmath::log_ratio(mu[g] * inverse_q[g]);
    const T t = -theta[g] * odds.log_u;
    loss[g] = -t;
    mu_grad[g] = theta[g] * odds.share;
    theta_grad[g] = -(t + squared[g] * odds.share);
  }
}

// The same for ZINB: -log p(0) = softplus(-pi) - softplus(t - pi), with the
// two logarithms as one. dropout: pi in, weight times its gradient out.
template <class T>
SCVIGOR_INLINE void zinb_zero_body(const T* scale, T factor,
                                   const ThetaTerms<T>& terms, T weight,
                                   std::int64_t genes, T* mu, T* loss,
                                   T* mu_grad, T* theta_grad, T* dropout) {
  const T* theta = terms.theta;
  const T* inverse_q = terms.inverse_q;
  const T* squared = terms.squared;
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    mu[g] = factor * scale[g];
    const auto odds = vmath::log_ratio(mu[g] * inverse_q[g]);
    const T t = -theta[g] * odds.log_u;
    const T all = -dropout[g];
    const T count = t + all;
    const T e_all = vmath::exp(all < T(0) ? all : -all);
    const T e_count = vmath::exp(count < T(0) ? count : -count);
    const T i_all = T(1) / (T(1) + e_all);
    const T i_count = T(1) / (T(1) + e_count);
    const T p_all = (all < T(0) ? e_all : T(1)) * i_all;
    const T p_count = (count < T(0) ? e_count : T(1)) * i_count;
    loss[g] = (all < T(0) ? T(0) : all) - (count < T(0) ? T(0) : count) +
              vmath::log(T(1) + (e_all - e_count) * i_count);
    mu_grad[g] = p_count * theta[g] * odds.share;
    theta_grad[g] = -p_count * (t + squared[g] * odds.share);
    dropout[g] = weight * (p_count - p_all);
  }
}

// Poisson: loss and gradient by log mu are mu.
template <class T>
SCVIGOR_INLINE void poisson_zero_body(const T* scale, T factor,
                                      std::int64_t genes, T* mu, T* loss,
                                      T* mu_grad) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    mu[g] = factor * scale[g];
    loss[g] = mu[g];
    mu_grad[g] = mu[g];
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

// sum += weight grad
template <class T>
SCVIGOR_INLINE void add_weighted_body(const T* grad, T weight,
                                      std::int64_t genes, T* sum) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) sum[g] += weight * grad[g];
}

// Short runs in T, their sums in double precision.
template <class T>
SCVIGOR_INLINE void sum_body(const T* values, std::int64_t n, double* out) {
  constexpr std::int64_t kRun = 256;
  double total = 0.0;
  for (std::int64_t first = 0; first < n; first += kRun) {
    const auto last = first + kRun < n ? first + kRun : n;
    T run = T(0);
#pragma omp simd reduction(+ : run)
    for (auto g = first; g < last; ++g) run += values[g];
    total += static_cast<double>(run);
  }
  *out = total;
}

// Both precisions of every pass, for each instruction set.
#define SCVIGOR_ROW_KERNELS(T)                                                 \
  SCVIGOR_KERNEL(softmax_row, softmax_body,                                    \
                 (T * scale, std::int64_t genes, T* sum), (scale, genes, sum)) \
  SCVIGOR_KERNEL(softplus_row, softplus_body,                                  \
                 (T * scale, std::int64_t genes, T* slope),                    \
                 (scale, genes, slope))                                        \
  SCVIGOR_KERNEL(nb_zero_row, nb_zero_body,                                    \
                 (const T* scale, T factor, const ThetaTerms<T>& terms,        \
                  std::int64_t genes, T* mu, T* loss, T* mu_grad,              \
                  T* theta_grad),                                              \
                 (scale, factor, terms, genes, mu, loss, mu_grad, theta_grad)) \
  SCVIGOR_KERNEL(zinb_zero_row, zinb_zero_body,                                \
                 (const T* scale, T factor, const ThetaTerms<T>& terms,        \
                  T weight, std::int64_t genes, T* mu, T* loss, T* mu_grad,    \
                  T* theta_grad, T* dropout),                                  \
                 (scale, factor, terms, weight, genes, mu, loss, mu_grad,      \
                  theta_grad, dropout))                                        \
  SCVIGOR_KERNEL(poisson_zero_row, poisson_zero_body,                          \
                 (const T* scale, T factor, std::int64_t genes, T* mu,         \
                  T* loss, T* mu_grad),                                        \
                 (scale, factor, genes, mu, loss, mu_grad))                    \
  SCVIGOR_KERNEL(softmax_grad_row, softmax_grad_body,                          \
                 (const T* mu_grad, T total_by_sum, T weight,                  \
                  std::int64_t genes, T* scale),                               \
                 (mu_grad, total_by_sum, weight, genes, scale))                \
  SCVIGOR_KERNEL(softplus_grad_row, softplus_grad_body,                        \
                 (const T* mu_grad, const T* slope, T weight,                  \
                  std::int64_t genes, T* scale),                               \
                 (mu_grad, slope, weight, genes, scale))                       \
  SCVIGOR_KERNEL(add_weighted, add_weighted_body,                              \
                 (const T* grad, T weight, std::int64_t genes, T* sum),        \
                 (grad, weight, genes, sum))                                   \
  SCVIGOR_KERNEL(sum_row, sum_body,                                            \
                 (const T* values, std::int64_t n, double* out),               \
                 (values, n, out))

SCVIGOR_ROW_KERNELS(float)
SCVIGOR_ROW_KERNELS(double)
#undef SCVIGOR_ROW_KERNELS

// Replaces the zero terms of the genes with a count by their own: Poisson.
template <class T>
void put_poisson(const CountRow<T>& row, T scale_factor, RowBuffers<T>& b) {
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const auto g = row.index[k];
    const double x = row.counts[k];
    const double mu = b.mu[g];
    // log mu from its parts: mu may underflow where its logarithm does not.
    const double log_mu = static_cast<double>(scale_factor) +
                          std::log(static_cast<double>(row.scale[g]));
    b.loss[g] = static_cast<T>(mu - x * log_mu + log_factorial(x));
    b.mu_grad[g] = static_cast<T>(mu - x);
  }
}

// Finds the counts that are beyond the table's reach.
template <class T>
void sort_entries(const CountRow<T>& row, RowBuffers<T>& b) {
  constexpr bool kSingle = sizeof(T) < sizeof(double);
  const bool has_table = row.theta.rise != nullptr;
  b.entries.use(row.index, row.counts, has_table ? row.entries : 0);
  b.large.clear();
  b.exact.clear();
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const T x = row.counts[k];
    const bool in_reach = x <= T(kTableCounts) &&
                          x == static_cast<T>(static_cast<std::int32_t>(x));
    if (has_table && in_reach) continue;
    if (kSingle && has_table && x > T(kTableCounts) && x < T(kLargeCount))
      b.large.add(row.index[k], x);
    else
      b.exact.add(row.index[k], static_cast<double>(x));
  }
}

template <class T, class U>
void gather_entries(const CountRow<T>& row, const RowBuffers<T>& b,
                    Entries<U>& e) {
  gather(b.mu.data(), e.gene, e.n, e.mu.data());
  gather(row.theta.theta, e.gene, e.n, e.theta.data());
  gather(row.theta.inverse_q, e.gene, e.n, e.inverse_q.data());
}

// rise and slope by kind.
template <class T>
void put_table(const CountRow<T>& row, Entries<T>& e) {
  look_up(row.theta.rise, row.theta.slope,
          static_cast<std::int32_t>(row.genes), e.gene, e.count, e.n,
          e.rise.data(), e.slope.data());
}
inline void put_large(const CountRow<float>& row, Entries<float>& e) {
  const auto last = kTableCounts * row.genes;
  stirling(row.theta.rise + last, row.theta.slope + last, e.gene,
           e.theta.data(), e.inverse_q.data(), e.count,
           static_cast<float>(log_factorial(kTableCounts)), e.n,
           e.rise.data(), e.slope.data());
}
inline void put_large(const CountRow<double>&, Entries<double>& e) {
  put_exact(e);  // there are none
}

template <class T, class U>
void put_entries(bool zero_inflated, const CountRow<T>& row, Entries<U>& e,
                 RowBuffers<T>& b) {
  nb_count(e);
  if (zero_inflated) not_dropped(e, static_cast<U>(row.weight));
  scatter(e.loss.data(), e.gene, e.n, b.loss.data());
  scatter(e.mu_grad.data(), e.gene, e.n, b.mu_grad.data());
  scatter(e.theta_grad.data(), e.gene, e.n, b.theta_grad.data());
  if (zero_inflated)
    scatter(e.dropout_grad.data(), e.gene, e.n, row.dropout);
}

// The zero terms of all genes, then the others' own in their place: NB, ZINB.
template <class T>
void put_nb(const CountRow<T>& row, bool zero_inflated, T factor,
            RowBuffers<T>& b) {
  const auto n = row.genes;
  sort_entries(row, b);
  if (zero_inflated) {
    // Before the gradient takes their place.
    gather(row.dropout, b.entries.gene, b.entries.n, b.entries.pi.data());
    gather(row.dropout, b.large.gene, b.large.n, b.large.pi.data());
    gather(row.dropout, b.exact.gene, b.exact.n, b.exact.pi.data());
    zinb_zero_row(row.scale, factor, row.theta, row.weight, n, b.mu.data(),
                  b.loss.data(), b.mu_grad.data(), b.theta_grad.data(),
                  row.dropout);
  } else {
    nb_zero_row(row.scale, factor, row.theta, n, b.mu.data(), b.loss.data(),
                b.mu_grad.data(), b.theta_grad.data());
  }
  const auto put = [&](auto& entries, auto put_gamma) {
    if (entries.n == 0) return;
    gather_entries(row, b, entries);
    put_gamma(entries);
    put_entries(zero_inflated, row, entries, b);
  };
  put(b.entries, [&](Entries<T>& e) { put_table(row, e); });
  put(b.large, [&](Entries<T>& e) { put_large(row, e); });
  put(b.exact, [](Entries<double>& e) { put_exact(e); });
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
  // mu = factor * what stands in row.scale now
  const T factor = std::exp(row.log_factor) / sum;

  if (likelihood == GeneLikelihood::kPoisson) {
    poisson_zero_row(row.scale, factor, n, b.mu.data(), b.loss.data(),
                     b.mu_grad.data());
    put_poisson(row, row.log_factor - std::log(sum), b);
  } else {
    if (row.own_theta != nullptr) {
      b.own_theta.fill(row.own_theta, 0, n);
      row.theta = b.own_theta.terms();
    }
    put_nb(row, likelihood == GeneLikelihood::kZinb, factor, b);
  }

  sum_row(b.loss.data(), n, &row.loss);
  if (!row.with_grad) return;
  double total = 0.0;
  sum_row(b.mu_grad.data(), n, &total);
  row.factor_grad = total * static_cast<double>(row.weight);
  if (softmax)
    softmax_grad_row(b.mu_grad.data(),
                     static_cast<T>(total / static_cast<double>(sum)),
                     row.weight, n, row.scale);
  else
    softplus_grad_row(b.mu_grad.data(), b.slope.data(), row.weight, n,
                      row.scale);
  if (row.own_theta != nullptr) {
    std::fill_n(row.own_theta, n, T(0));
    add_weighted(b.theta_grad.data(), row.weight, n, row.own_theta);
  } else if (row.theta_sum != nullptr) {
    add_weighted(b.theta_grad.data(), row.weight, n, row.theta_sum);
  }
}

}  // namespace scvigor

#endif
