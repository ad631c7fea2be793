#ifndef SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP
#define SCVIGOR_CORE_KERNELS_COUNT_LOSS_NONZERO_HPP

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/dispatch.hpp"
#include "kernels/gamma_difference.hpp"
#include "kernels/vector_math.hpp"

// The terms of NB and ZINB at the non-zero counts of a cell. They are
// gathered into short arrays, so that the logarithms are taken many at once.

namespace scvigor {

constexpr double kEps = 1e-8;  // scvi-tools' eps inside the logarithms

// The terms of a large count, or of a count with a large theta, are large
// and cancel: float32 would keep too few digits of what is left. There are so
// few that double precision costs nothing.
constexpr double kLargeCount = 256.0;
constexpr double kLargeTheta = 1e4;

template <class T>
bool needs_double(T theta, T x) {
  return sizeof(T) < sizeof(double) &&
         (x >= kLargeCount || theta >= kLargeTheta);
}

// Arrays of one length, one element a non-zero count.
template <class T>
struct NonzeroBuffers {
  std::vector<std::int64_t> entry;  // which of the cell's non-zero counts
  std::vector<T> count, mu, theta, pi;
  // lgamma(theta + x) - lgamma(theta) - log(x!) is
  // log(gamma_product) + gamma_rest; the derivative by theta is gamma_slope.
  std::vector<T> gamma_product, gamma_rest, gamma_slope;
  std::vector<T> loss, mu_grad, theta_grad, dropout_grad;

  void resize(std::size_t n) {
    for (auto* array : {&count, &mu, &theta, &pi, &gamma_product, &gamma_rest,
                        &gamma_slope, &loss, &mu_grad, &theta_grad,
                        &dropout_grad})
      array->resize(n);
  }
};

// loss = -log NB(x); its gradients by log mu and log theta.
template <class T>
SCVIGOR_INLINE void nb_count_body(NonzeroBuffers<T>& b, std::int64_t n) {
  const T* count = b.count.data();
  const T* mus = b.mu.data();
  const T* thetas = b.theta.data();
  const T* product = b.gamma_product.data();
  const T* rest = b.gamma_rest.data();
  const T* slope = b.gamma_slope.data();
  T* loss = b.loss.data();
  T* mu_grad = b.mu_grad.data();
  T* theta_grad = b.theta_grad.data();
#pragma omp simd
  for (std::int64_t k = 0; k < n; ++k) {
    const T x = count[k];
    const T mu = mus[k];
    const T theta = thetas[k];
    const T q = theta + T(kEps);
    const T sum = q + mu;
    const T share = mu / sum;
    const T t = -theta * vmath::log1p(mu / q);
    const T log_odds = vmath::log(mu + T(kEps)) - vmath::log(sum);
    loss[k] = -(t + x * log_odds + vmath::log(product[k]) + rest[k]);
    // theta / sum is what mu / (mu + eps) and mu / sum differ by.
    mu_grad[k] = theta * share - x * (mu / (mu + T(kEps))) * (theta / sum);
    theta_grad[k] = -(t + theta * (theta / q) * share) + x * theta / sum -
                    theta * slope[k];
  }
}

// ZINB's share of it: loss += softplus(pi).
template <class T>
SCVIGOR_INLINE void not_dropped_body(NonzeroBuffers<T>& b, std::int64_t n) {
  const T* pi = b.pi.data();
  T* loss = b.loss.data();
  T* dropout_grad = b.dropout_grad.data();
#pragma omp simd
  for (std::int64_t k = 0; k < n; ++k) {
    const auto dropout = vmath::softplus(pi[k]);
    loss[k] += dropout.value;
    dropout_grad[k] = dropout.sigmoid;
  }
}

SCVIGOR_KERNEL(nb_count, nb_count_body,
               (NonzeroBuffers<float>& b, std::int64_t n), (b, n))
SCVIGOR_KERNEL(nb_count, nb_count_body,
               (NonzeroBuffers<double>& b, std::int64_t n), (b, n))
SCVIGOR_KERNEL(not_dropped, not_dropped_body,
               (NonzeroBuffers<float>& b, std::int64_t n), (b, n))
SCVIGOR_KERNEL(not_dropped, not_dropped_body,
               (NonzeroBuffers<double>& b, std::int64_t n), (b, n))

// Everything about the count x of a gene with dispersion theta that needs no
// other gene.
template <class T>
void put_gamma(NonzeroBuffers<T>& b, std::int64_t k, double theta, double x) {
  const auto gamma = gamma_difference_parts(theta, x);
  b.gamma_product[k] = static_cast<T>(gamma.product);
  b.gamma_rest[k] = static_cast<T>(gamma.value - log_factorial(x));
  b.gamma_slope[k] = static_cast<T>(gamma.derivative);
}

}  // namespace scvigor

#endif
