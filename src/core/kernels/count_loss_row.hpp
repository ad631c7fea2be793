#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_ROW_HPP

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/count_loss.hpp"
#include "kernels/count_loss_nonzero.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/vector_math.hpp"

// The count likelihood of one cell: the arithmetic of count_loss().
//
// Throughout, t = theta [log(theta + eps) - log(theta + mu + eps)] is the log
// probability of a zero under NB, written -theta log1p(mu / (theta + eps)) so
// that a large theta does not cancel. Gradients are by log mu, log theta and
// pi, because those are what the decoder's outputs move.

namespace scvigor {

// One cell. Arrays of length genes unless noted; null where not needed.
template <class T>
struct CountRow {
  std::int64_t genes;
  const T* scale_logits;
  const T* dropout_logits;
  const T* theta;
  T log_factor;
  // The non-zero counts.
  std::int64_t entries;
  const std::int32_t* index;  // entries
  const T* counts;            // entries
  // Results. Gradients of the loss of this cell by the logits and by
  // log theta; null: only the loss.
  double loss;
  double factor_grad;  // by log_factor
  T* scale_grad;
  T* dropout_grad;
  T* theta_grad;
};

// What a pass over the genes of a cell hands to the next. Of length genes.
template <class T>
struct RowBuffers {
  explicit RowBuffers(std::int64_t genes)
      : rho(genes), slope(genes), mu(genes), loss(genes), mu_grad(genes),
        theta_grad(genes), dropout_grad(genes) {}

  std::vector<T> rho;    // px_scale
  std::vector<T> slope;  // softplus only: d log px_scale / d logit
  std::vector<T> mu;
  std::vector<T> loss;
  std::vector<T> mu_grad;  // by log mu
  std::vector<T> theta_grad;
  std::vector<T> dropout_grad;
  NonzeroBuffers<T> nonzero;
  NonzeroBuffers<double> large;  // those that need double precision
};

// rho = softmax(logits), mu = factor * rho.
template <class T>
SCVIGOR_INLINE void softmax_body(const T* logits, std::int64_t genes, T factor,
                                 T* rho, T* mu) {
  T top = logits[0];
#pragma omp simd reduction(max : top)
  for (std::int64_t g = 0; g < genes; ++g)
    top = logits[g] > top ? logits[g] : top;
  T total = T(0);
#pragma omp simd reduction(+ : total)
  for (std::int64_t g = 0; g < genes; ++g) {
    rho[g] = vmath::exp(logits[g] - top);
    total += rho[g];
  }
  const T inverse = T(1) / total;
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    rho[g] *= inverse;
    mu[g] = factor * rho[g];
  }
}

// rho = softplus(logits), mu = factor * rho, slope = d log rho / d logit.
template <class T>
SCVIGOR_INLINE void softplus_body(const T* logits, std::int64_t genes,
                                  T factor, T* rho, T* mu, T* slope) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    const auto s = vmath::softplus(logits[g]);
    rho[g] = s.value;
    mu[g] = factor * s.value;
    // Both tend to exp(logit), and their ratio to 1, long before underflow.
    slope[g] = logits[g] < T(-40) ? T(1) : s.sigmoid / s.value;
  }
}

// The terms of every gene as if its count were zero: NB.
template <class T>
SCVIGOR_INLINE void nb_zero_body(const T* mu, const T* theta,
                                 std::int64_t genes, T* loss, T* mu_grad,
                                 T* theta_grad) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    const T q = theta[g] + T(kEps);
    const T t = -theta[g] * vmath::log1p(mu[g] / q);
    const T share = mu[g] / (q + mu[g]);
    loss[g] = -t;
    mu_grad[g] = theta[g] * share;
    theta_grad[g] = -(t + theta[g] * (theta[g] / q) * share);
  }
}

// The same for ZINB: -log p(0) = softplus(-pi) - softplus(t - pi).
template <class T>
SCVIGOR_INLINE void zinb_zero_body(const T* mu, const T* theta, const T* pi,
                                   std::int64_t genes, T* loss, T* mu_grad,
                                   T* theta_grad, T* dropout_grad) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) {
    const T q = theta[g] + T(kEps);
    const T t = -theta[g] * vmath::log1p(mu[g] / q);
    const T share = mu[g] / (q + mu[g]);
    const auto count = vmath::softplus(t - pi[g]);
    const auto all = vmath::softplus(-pi[g]);
    loss[g] = all.value - count.value;
    mu_grad[g] = count.sigmoid * theta[g] * share;
    theta_grad[g] =
        -count.sigmoid * (t + theta[g] * (theta[g] / q) * share);
    dropout_grad[g] = count.sigmoid - all.sigmoid;
  }
}

// softplus: to[g] = grad[g] slope[g].
template <class T>
SCVIGOR_INLINE void multiply_body(const T* grad, const T* slope,
                                  std::int64_t genes, T* to) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) to[g] = grad[g] * slope[g];
}

// softmax: to[g] = grad[g] - rho[g] total.
template <class T>
SCVIGOR_INLINE void softmax_grad_body(const T* grad, const T* rho, T total,
                                      std::int64_t genes, T* to) {
#pragma omp simd
  for (std::int64_t g = 0; g < genes; ++g) to[g] = grad[g] - rho[g] * total;
}

// Sum in double precision, eight partial sums.
template <class T>
SCVIGOR_INLINE void sum_body(const T* values, std::int64_t n, double* out) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t g = 0; g < n; ++g) total += static_cast<double>(values[g]);
  *out = total;
}

// Both precisions of every pass, for each instruction set.
#define SCVIGOR_ROW_KERNELS(T)                                               \
  SCVIGOR_KERNEL(softmax_row, softmax_body,                                  \
                 (const T* logits, std::int64_t genes, T factor, T* rho,     \
                  T* mu),                                                    \
                 (logits, genes, factor, rho, mu))                           \
  SCVIGOR_KERNEL(softplus_row, softplus_body,                                \
                 (const T* logits, std::int64_t genes, T factor, T* rho,     \
                  T* mu, T* slope),                                          \
                 (logits, genes, factor, rho, mu, slope))                    \
  SCVIGOR_KERNEL(nb_zero_row, nb_zero_body,                                  \
                 (const T* mu, const T* theta, std::int64_t genes, T* loss,  \
                  T* mu_grad, T* theta_grad),                                \
                 (mu, theta, genes, loss, mu_grad, theta_grad))              \
  SCVIGOR_KERNEL(zinb_zero_row, zinb_zero_body,                              \
                 (const T* mu, const T* theta, const T* pi,                  \
                  std::int64_t genes, T* loss, T* mu_grad, T* theta_grad,    \
                  T* dropout_grad),                                          \
                 (mu, theta, pi, genes, loss, mu_grad, theta_grad,           \
                  dropout_grad))                                             \
  SCVIGOR_KERNEL(multiply_row, multiply_body,                                \
                 (const T* grad, const T* slope, std::int64_t genes, T* to), \
                 (grad, slope, genes, to))                                   \
  SCVIGOR_KERNEL(softmax_grad_row, softmax_grad_body,                        \
                 (const T* grad, const T* rho, T total, std::int64_t genes,  \
                  T* to),                                                    \
                 (grad, rho, total, genes, to))                              \
  SCVIGOR_KERNEL(sum_row, sum_body,                                          \
                 (const T* values, std::int64_t n, double* out),             \
                 (values, n, out))

SCVIGOR_ROW_KERNELS(float)
SCVIGOR_ROW_KERNELS(double)

// Replaces the zero terms of the genes with a count by their own: Poisson.
template <class T>
void put_poisson(const CountRow<T>& row, RowBuffers<T>& b) {
  for (std::int64_t k = 0; k < row.entries; ++k) {
    const auto g = row.index[k];
    const double x = row.counts[k];
    const double mu = b.mu[g];
    // log mu from its parts: mu may underflow where its logarithm does not.
    const double log_mu = static_cast<double>(row.log_factor) +
                          std::log(static_cast<double>(b.rho[g]));
    b.loss[g] = static_cast<T>(mu - x * log_mu + log_factorial(x));
    b.mu_grad[g] = static_cast<T>(mu - x);
  }
}

// The same for the entries that `at` lists, NB and ZINB, in precision U.
template <class U, class T>
void put_entries(const CountRow<T>& row, bool zero_inflated,
                 NonzeroBuffers<U>& at, RowBuffers<T>& b) {
  const auto n = static_cast<std::int64_t>(at.entry.size());
  at.resize(at.entry.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const auto k = at.entry[i];
    const auto g = row.index[k];
    at.count[i] = row.counts[k];
    at.mu[i] = b.mu[g];
    at.theta[i] = row.theta[g];
    if (zero_inflated) at.pi[i] = row.dropout_logits[g];
    put_gamma(at, i, row.theta[g], row.counts[k]);
  }
  nb_count(at, n);
  if (zero_inflated) not_dropped(at, n);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto g = row.index[at.entry[i]];
    b.loss[g] = static_cast<T>(at.loss[i]);
    b.mu_grad[g] = static_cast<T>(at.mu_grad[i]);
    b.theta_grad[g] = static_cast<T>(at.theta_grad[i]);
    if (zero_inflated) b.dropout_grad[g] = static_cast<T>(at.dropout_grad[i]);
  }
}

// The same for all of them.
template <class T>
void put_nonzero(const CountRow<T>& row, bool zero_inflated,
                 RowBuffers<T>& b) {
  b.nonzero.entry.clear();
  b.large.entry.clear();
  for (std::int64_t k = 0; k < row.entries; ++k)
    if (needs_double(row.theta[row.index[k]], row.counts[k]))
      b.large.entry.push_back(k);
    else
      b.nonzero.entry.push_back(k);
  put_entries(row, zero_inflated, b.nonzero, b);
  if (!b.large.entry.empty()) put_entries(row, zero_inflated, b.large, b);
}

// Fills the results of `row`.
template <class T>
void count_loss_row(CountRow<T>& row, GeneLikelihood likelihood,
                    ScaleActivation activation, RowBuffers<T>& b) {
  const auto n = row.genes;
  const T factor = std::exp(row.log_factor);
  const bool softmax = activation == ScaleActivation::kSoftmax;
  if (softmax)
    softmax_row(row.scale_logits, n, factor, b.rho.data(), b.mu.data());
  else
    softplus_row(row.scale_logits, n, factor, b.rho.data(), b.mu.data(),
                 b.slope.data());

  const bool zero_inflated = likelihood == GeneLikelihood::kZinb;
  if (likelihood == GeneLikelihood::kPoisson) {
    b.loss = b.mu;
    b.mu_grad = b.mu;
    put_poisson(row, b);
  } else {
    if (zero_inflated)
      zinb_zero_row(b.mu.data(), row.theta, row.dropout_logits, n,
                    b.loss.data(), b.mu_grad.data(), b.theta_grad.data(),
                    b.dropout_grad.data());
    else
      nb_zero_row(b.mu.data(), row.theta, n, b.loss.data(), b.mu_grad.data(),
                  b.theta_grad.data());
    put_nonzero(row, zero_inflated, b);
  }

  sum_row(b.loss.data(), n, &row.loss);
  if (row.scale_grad == nullptr) return;
  sum_row(b.mu_grad.data(), n, &row.factor_grad);
  if (softmax)
    softmax_grad_row(b.mu_grad.data(), b.rho.data(),
                     static_cast<T>(row.factor_grad), n, row.scale_grad);
  else
    multiply_row(b.mu_grad.data(), b.slope.data(), n, row.scale_grad);
  if (row.dropout_grad != nullptr)
    std::copy(b.dropout_grad.begin(), b.dropout_grad.end(), row.dropout_grad);
  if (row.theta_grad != nullptr)
    std::copy(b.theta_grad.begin(), b.theta_grad.end(), row.theta_grad);
}

}  // namespace scvigor

#endif
