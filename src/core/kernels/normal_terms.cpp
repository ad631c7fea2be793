#include "kernels/normal_terms.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "distributions/distributions.hpp"
#include "kernels/forms.hpp"
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
      for (std::int64_t i = 0; i < mean.numel(); ++i) {
        const T root = std::sqrt(var.data_ptr<T>()[i]);
        const T noise = eps.data_ptr<T>()[i];
        out.data_ptr<T>()[i] = mean.data_ptr<T>()[i] + root * noise;
        by_var.data_ptr<T>()[i] = noise / (T(2) * root);
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

class NormalKl : public torch::autograd::Function<NormalKl> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& mean, const at::Tensor& var) {
    ctx->save_for_backward({mean, var});
    const auto dimensions = mean.size(1);
    at::Tensor out = at::empty({mean.size(0)}, mean.options());
    with_precision(mean, [&](auto zero) {
      using T = decltype(zero);
      const T* m = mean.data_ptr<T>();
      const T* v = var.data_ptr<T>();
      for (std::int64_t i = 0; i < mean.size(0); ++i) {
        double sum = 0.0;
        for (auto k = i * dimensions; k < (i + 1) * dimensions; ++k)
          sum += static_cast<double>(v[k] + m[k] * m[k] - T(1) -
                                     std::log(v[k]));
        out.data_ptr<T>()[i] = static_cast<T>(0.5 * sum);
      }
    });
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor grad = grads[0].contiguous();
    at::Tensor by_mean = at::empty_like(saved[0]);
    at::Tensor by_var = at::empty_like(saved[1]);
    const auto dimensions = saved[0].size(1);
    with_precision(grad, [&](auto zero) {
      using T = decltype(zero);
      const T* m = saved[0].data_ptr<T>();
      const T* v = saved[1].data_ptr<T>();
      for (std::int64_t i = 0; i < saved[0].size(0); ++i)
        for (auto k = i * dimensions; k < (i + 1) * dimensions; ++k) {
          const T g = grad.data_ptr<T>()[i];
          by_mean.data_ptr<T>()[k] = g * m[k];
          by_var.data_ptr<T>()[k] = g * (T(0.5) - T(0.5) / v[k]);
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

at::Tensor normal_kl(const at::Tensor& mean, const at::Tensor& var) {
  if (!has_kernel(mean)) return kl_standard_normal(mean, var).sum(-1);
  return NormalKl::apply(mean.contiguous(), var.contiguous());
}

}  // namespace scvigor
