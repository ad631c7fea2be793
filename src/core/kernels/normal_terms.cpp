#include "kernels/normal_terms.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/softplus.h>

#include <cmath>

#include "distributions/distributions.hpp"
#include "kernels/backend.hpp"
#include "kernels/tape.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// Calls run(T{}) with the precision of `x`.
template <class Run>
void with_precision(const at::Tensor& x, Run run) {
  if (x.scalar_type() == at::kFloat)
    run(float{});
  else
    run(double{});
}

template <class T, class Of, class... From>
void map_span(std::int64_t n, T* to, Of of, const From*... from) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = of(from[i]...);
}

// of(x, more...) of every element; contiguous, and of one shape and type.
template <class Of, class... More>
at::Tensor map(Of of, const at::Tensor& x, const More&... more) {
  at::Tensor out = at::empty_like(x);
  with_precision(x, [&](auto zero) {
    using T = decltype(zero);
    map_span(x.numel(), out.data_ptr<T>(), of, x.data_ptr<T>(),
             more.template data_ptr<T>()...);
  });
  return out;
}

// exp, or softplus, which torch makes linear where float32 has no digits for
// the difference.
template <class T>
T activated(T x, VarActivation activation) {
  constexpr T kLinear = T(20);
  if (activation == VarActivation::kExp) return std::exp(x);
  return x > kLinear ? x : std::log1p(std::exp(x));
}

template <class T>
T slope(T x, VarActivation activation) {
  return activation == VarActivation::kExp ? std::exp(x)
                                           : T(1) / (T(1) + std::exp(-x));
}

// sum += mean^2 + var - 1 - log(var)
template <class T>
SCVIGOR_INLINE void kl_body(const T* mean, const T* var, std::int64_t n,
                            double* sum) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t k = 0; k < n; ++k)
    total += static_cast<double>(var[k] + mean[k] * mean[k] - T(1) -
                                 vmath::log(var[k]));
  *sum += total;
}
SCVIGOR_KERNEL(add_kl, kl_body,
               (const float* mean, const float* var, std::int64_t n,
                double* sum),
               (mean, var, n, sum))
SCVIGOR_KERNEL(add_kl, kl_body,
               (const double* mean, const double* var, std::int64_t n,
                double* sum),
               (mean, var, n, sum))

NormalKl kl(const at::Tensor& mean, const at::Tensor& var) {
  const auto dimensions = mean.size(1);
  const auto cells = mean.size(0);
  NormalKl out{at::empty({cells}, mean.options()),
               at::empty({}, mean.options())};
  with_precision(mean, [&](auto zero) {
    using T = decltype(zero);
    const T* m = mean.data_ptr<T>();
    const T* v = var.data_ptr<T>();
    T* per_cell = out.per_cell.data_ptr<T>();
    double total = 0.0;
    for (std::int64_t i = 0; i < cells; ++i) {
      double sum = 0.0;
      add_kl(m + i * dimensions, v + i * dimensions, dimensions, &sum);
      per_cell[i] = static_cast<T>(0.5 * sum);
      total += 0.5 * sum;
    }
    *out.mean.data_ptr<T>() =
        static_cast<T>(total / static_cast<double>(cells));
  });
  return out;
}

void kl_backward(const at::Tensor& mean, const at::Tensor& var,
                 const at::Tensor& grad) {
  at::Tensor grad_mean = at::empty_like(mean);
  at::Tensor grad_var = at::empty_like(var);
  with_precision(mean, [&](auto zero) {
    using T = decltype(zero);
    const T g = static_cast<T>(static_cast<double>(*grad.data_ptr<T>()) /
                               static_cast<double>(mean.size(0)));
    const T* m = mean.data_ptr<T>();
    const T* v = var.data_ptr<T>();
    T* to_mean = grad_mean.data_ptr<T>();
    T* to_var = grad_var.data_ptr<T>();
    const auto n = mean.numel();
    for (std::int64_t k = 0; k < n; ++k) {
      to_mean[k] = g * m[k];
      to_var[k] = g * (T(0.5) - T(0.5) / v[k]);
    }
  });
  Tape::add_grad(mean, grad_mean);
  Tape::add_grad(var, grad_var);
}

}  // namespace

at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                       const at::Tensor& eps) {
  if (!has_kernel(mean)) return mean + var.sqrt() * eps;
  const at::Tensor m = mean.contiguous();
  const at::Tensor v = var.contiguous();
  const at::Tensor noise = eps.contiguous();
  at::Tensor out = map(
      [](auto mu, auto sigma2, auto e) { return mu + std::sqrt(sigma2) * e; },
      m, v, noise);
  if (Tape* tape = Tape::active_for({m, v}))
    tape->record(out, [m, v, noise](const at::Tensor& grad) {
      const auto grad_var = [](auto sigma2, auto e, auto g) {
        return g * e / (2 * std::sqrt(sigma2));
      };
      if (v.requires_grad())
        Tape::add_grad(v, map(grad_var, v, noise, grad.contiguous()));
      Tape::add_grad(m, grad);
    });
  return out;
}

at::Tensor normal_var(const at::Tensor& raw, VarActivation activation,
                      double least) {
  if (!has_kernel(raw))
    return (activation == VarActivation::kExp ? at::exp(raw)
                                              : at::softplus(raw)) +
           least;
  const at::Tensor x = raw.contiguous();
  at::Tensor out = map(
      [=](auto value) {
        return activated(value, activation) +
               static_cast<decltype(value)>(least);
      },
      x);
  if (Tape* tape = Tape::active_for({x}))
    tape->record(out, [x, activation](const at::Tensor& grad) {
      const auto grad_raw = [=](auto value, auto g) {
        return g * slope(value, activation);
      };
      Tape::add_grad(x, map(grad_raw, x, grad.contiguous()));
    });
  return out;
}

NormalKl normal_kl(const at::Tensor& mean, const at::Tensor& var) {
  if (!has_kernel(mean)) {
    const at::Tensor per_cell = kl_standard_normal(mean, var).sum(-1);
    return {per_cell.detach(), per_cell.mean()};
  }
  const at::Tensor m = mean.contiguous();
  const at::Tensor v = var.contiguous();
  const NormalKl out = kl(m, v);
  if (Tape* tape = Tape::active_for({m, v}))
    tape->record(out.mean,
                 [m, v](const at::Tensor& grad) { kl_backward(m, v, grad); });
  return out;
}

}  // namespace scvigor
