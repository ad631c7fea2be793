#include "kernels/normal_terms.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "distributions/distributions.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/forms.hpp"
#include "kernels/vector_math.hpp"
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

class NormalDraw : public torch::autograd::Function<NormalDraw> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& mean, const at::Tensor& var,
                            const at::Tensor& eps) {
    at::Tensor out = at::empty_like(mean);
    at::Tensor by_var = at::empty_like(mean);  // eps / (2 sqrt(var))
    with_precision(mean, [&](auto zero) {
      using T = decltype(zero);
      const T* m = mean.data_ptr<T>();
      const T* v = var.data_ptr<T>();
      const T* noise = eps.data_ptr<T>();
      T* z = out.data_ptr<T>();
      T* slope = by_var.data_ptr<T>();
      for (std::int64_t i = 0; i < mean.numel(); ++i) {
        const T root = std::sqrt(v[i]);
        z[i] = m[i] + root * noise[i];
        slope[i] = noise[i] / (T(2) * root);
      }
    });
    ctx->saved_data["by_var"] = by_var;
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grads) {
    return {grads[0], grads[0] * ctx->saved_data["by_var"].toTensor(), {}};
  }
};

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

class NormalKlFunction : public torch::autograd::Function<NormalKlFunction> {
 public:
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext* ctx, const at::Tensor& mean,
      const at::Tensor& var) {
    ctx->save_for_backward({mean, var});
    const auto dimensions = mean.size(1);
    at::Tensor of_cell = at::empty({mean.size(0)}, mean.options());
    double total = 0.0;
    with_precision(mean, [&](auto zero) {
      using T = decltype(zero);
      const T* m = mean.data_ptr<T>();
      const T* v = var.data_ptr<T>();
      T* kl = of_cell.data_ptr<T>();
      for (std::int64_t i = 0; i < mean.size(0); ++i) {
        double sum = 0.0;
        add_kl(m + i * dimensions, v + i * dimensions, dimensions, &sum);
        kl[i] = static_cast<T>(0.5 * sum);
        total += 0.5 * sum;
      }
    });
    ctx->mark_non_differentiable({of_cell});
    return {at::full({}, total / static_cast<double>(mean.size(0)),
                     mean.options()),
            of_cell};
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    at::Tensor by_mean = at::empty_like(saved[0]);
    at::Tensor by_var = at::empty_like(saved[1]);
    const double factor =
        grads[0].item<double>() / static_cast<double>(saved[0].size(0));
    with_precision(saved[0], [&](auto zero) {
      using T = decltype(zero);
      const T g = static_cast<T>(factor);
      const T* m = saved[0].data_ptr<T>();
      const T* v = saved[1].data_ptr<T>();
      T* to_mean = by_mean.data_ptr<T>();
      T* to_var = by_var.data_ptr<T>();
      for (std::int64_t k = 0; k < saved[0].numel(); ++k) {
        to_mean[k] = g * m[k];
        to_var[k] = g * (T(0.5) - T(0.5) / v[k]);
      }
    });
    return {by_mean, by_var};
  }
};

}  // namespace

at::Tensor normal_draw(const at::Tensor& mean, const at::Tensor& var,
                       const at::Tensor& eps) {
  if (!has_kernel(mean)) return mean + var.sqrt() * eps;
  return NormalDraw::apply(mean.contiguous(), var.contiguous(),
                           eps.contiguous());
}

NormalKl normal_kl(const at::Tensor& mean, const at::Tensor& var) {
  if (!has_kernel(mean)) {
    const at::Tensor of_cell = kl_standard_normal(mean, var).sum(-1);
    return {of_cell.detach(), of_cell.mean()};
  }
  const auto out = NormalKlFunction::apply(mean.contiguous(), var.contiguous());
  return {out[1], out[0]};
}

}  // namespace scvigor
