#include <cmath>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/tape.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"

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

template <class T, class Function, class... From>
void map_span(std::int64_t n, T* to, Function function, const From*... from) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = function(from[i]...);
}

// function(x, more...) of every element; contiguous, and of one shape and type.
template <class Function, class... More>
at::Tensor map(Function function, const at::Tensor& x, const More&... more) {
  at::Tensor out = Tape::buffer(x.sizes(), x.options());
  with_precision(x, [&](auto zero) {
    using T = decltype(zero);
    map_span(x.numel(), out.data_ptr<T>(), function, x.data_ptr<T>(),
             more.template data_ptr<T>()...);
  });
  return out;
}

// exp, or softplus, which LibTorch makes linear where float32 has no digits
// for the difference.
template <class T>
T activate(T x, VarActivation activation) {
  constexpr T kLinear = T(20);
  if (activation == VarActivation::kExp) return std::exp(x);
  return x > kLinear ? x : std::log1p(std::exp(x));
}
template <class T>
T activation_derivative(T x, VarActivation activation) {
  return activation == VarActivation::kExp ? std::exp(x)
                                           : T(1) / (T(1) + std::exp(-x));
}

// sum += mean^2 + var - 1 - log(var), over n dimensions
template <class T>
SCVIGOR_INLINE void add_kl_body(const T* mean, const T* var, std::int64_t n,
                                double* sum) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t k = 0; k < n; ++k)
    total += static_cast<double>(var[k] + mean[k] * mean[k] - T(1) -
                                 vmath::log(var[k]));
  *sum += total;
}
SCVIGOR_KERNEL(add_kl, add_kl_body,
               (const float* mean, const float* var, std::int64_t n,
                double* sum),
               (mean, var, n, sum))
SCVIGOR_KERNEL(add_kl, add_kl_body,
               (const double* mean, const double* var, std::int64_t n,
                double* sum),
               (mean, var, n, sum))

}  // namespace

at::Tensor CpuKernels::normal_draw(const at::Tensor& mean,
                                   const at::Tensor& var,
                                   const at::Tensor& eps) const {
  return map(
      [](auto mu, auto sigma2, auto e) { return mu + std::sqrt(sigma2) * e; },
      mean, var, eps);
}

at::Tensor CpuKernels::normal_draw_backward(const at::Tensor& var,
                                            const at::Tensor& eps,
                                            const at::Tensor& grad_z) const {
  return map([](auto sigma2, auto e,
                auto g) { return g * e / (2 * std::sqrt(sigma2)); },
             var, eps, grad_z);
}

at::Tensor CpuKernels::normal_var(const at::Tensor& raw,
                                  VarActivation activation,
                                  double min_var) const {
  return map(
      [=](auto x) {
        return activate(x, activation) + static_cast<decltype(x)>(min_var);
      },
      raw);
}

at::Tensor CpuKernels::normal_var_backward(const at::Tensor& raw,
                                           VarActivation activation,
                                           const at::Tensor& grad_var) const {
  return map(
      [=](auto x, auto g) { return g * activation_derivative(x, activation); },
      raw, grad_var);
}

NormalKl CpuKernels::normal_kl(const at::Tensor& mean,
                               const at::Tensor& var) const {
  const auto n_dims = mean.size(1);
  const auto n_cells = mean.size(0);
  NormalKl out{Tape::buffer({n_cells}, mean.options()),
               Tape::buffer({}, mean.options())};
  with_precision(mean, [&](auto zero) {
    using T = decltype(zero);
    const T* m = mean.data_ptr<T>();
    const T* v = var.data_ptr<T>();
    T* per_cell = out.per_cell.data_ptr<T>();
    double total = 0.0;
    for (std::int64_t i = 0; i < n_cells; ++i) {
      double sum = 0.0;
      add_kl(m + i * n_dims, v + i * n_dims, n_dims, &sum);
      per_cell[i] = static_cast<T>(0.5 * sum);
      total += 0.5 * sum;
    }
    *out.mean.data_ptr<T>() =
        static_cast<T>(total / static_cast<double>(n_cells));
  });
  return out;
}

NormalGrads CpuKernels::normal_kl_backward(const at::Tensor& mean,
                                           const at::Tensor& var,
                                           const at::Tensor& grad) const {
  NormalGrads out{Tape::buffer(mean.sizes(), mean.options()),
                  Tape::buffer(var.sizes(), var.options())};
  with_precision(mean, [&](auto zero) {
    using T = decltype(zero);
    const T g = static_cast<T>(static_cast<double>(*grad.data_ptr<T>()) /
                               static_cast<double>(mean.size(0)));
    const T* m = mean.data_ptr<T>();
    const T* v = var.data_ptr<T>();
    T* grad_mean = out.mean.data_ptr<T>();
    T* grad_var = out.var.data_ptr<T>();
    const auto n = mean.numel();
    for (std::int64_t k = 0; k < n; ++k) {
      grad_mean[k] = g * m[k];
      grad_var[k] = g * (T(0.5) - T(0.5) / v[k]);
    }
  });
  return out;
}

}  // namespace scvigor
