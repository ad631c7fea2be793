#include "kernels/adam.hpp"

#include <ATen/Parallel.h>

#include <cmath>

#include "kernels/dispatch.hpp"
#include "kernels/forms.hpp"
#include "kernels/vector_math.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

constexpr std::int64_t kElementsPerTask = 16384;

// The constants of a step as the loop uses them.
template <class T>
struct Constants {
  T beta1, beta2, eps;
  T coupled_decay, decoupled_factor, grad_scale;
  T step_size;    // lr / (1 - beta1^t)
  T root_factor;  // 1 / sqrt(1 - beta2^t)
};

template <class T>
Constants<T> constants(const AdamStep& s) {
  const double t = static_cast<double>(s.t);
  return {static_cast<T>(s.beta1),
          static_cast<T>(s.beta2),
          static_cast<T>(s.eps),
          static_cast<T>(s.decoupled ? 0.0 : s.weight_decay),
          static_cast<T>(s.decoupled ? 1.0 - s.lr * s.weight_decay : 1.0),
          static_cast<T>(s.grad_scale),
          static_cast<T>(s.lr / (1.0 - std::pow(s.beta1, t))),
          static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(s.beta2, t)))};
}

// w, g, m, v: n each
template <class T>
SCVIGOR_INLINE void adam_body(T* w, const T* g, T* m, T* v, std::int64_t n,
                              const Constants<T>& c) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const T grad = g[i] * c.grad_scale + c.coupled_decay * w[i];
    m[i] = c.beta1 * m[i] + (T(1) - c.beta1) * grad;
    v[i] = c.beta2 * v[i] + (T(1) - c.beta2) * grad * grad;
    const T root = vmath::sqrt(v[i]) * c.root_factor;
    w[i] = w[i] * c.decoupled_factor - c.step_size * m[i] / (root + c.eps);
  }
}

SCVIGOR_KERNEL(adam_span, adam_body,
               (float* w, const float* g, float* m, float* v, std::int64_t n,
                const Constants<float>& c),
               (w, g, m, v, n, c))
SCVIGOR_KERNEL(adam_span, adam_body,
               (double* w, const double* g, double* m, double* v,
                std::int64_t n, const Constants<double>& c),
               (w, g, m, v, n, c))

template <class T>
void update_cpu(at::Tensor& w, const at::Tensor& g, at::Tensor& m,
                at::Tensor& v, const AdamStep& step) {
  const auto c = constants<T>(step);
  T* w_data = w.data_ptr<T>();
  const T* g_data = g.data_ptr<T>();
  T* m_data = m.data_ptr<T>();
  T* v_data = v.data_ptr<T>();
  at::parallel_for(0, w.numel(), kElementsPerTask,
                   [&](std::int64_t b, std::int64_t e) {
                     adam_span(w_data + b, g_data + b, m_data + b, v_data + b,
                               e - b, c);
                   });
}

}  // namespace

void adam_update(at::Tensor& w, const at::Tensor& g, at::Tensor& m,
                 at::Tensor& v, const AdamStep& step) {
  if (!has_kernel(w)) return adam_update_reference(w, g, m, v, step);
  const at::Tensor grad = g.contiguous();
  if (w.scalar_type() == at::kFloat)
    update_cpu<float>(w, grad, m, v, step);
  else
    update_cpu<double>(w, grad, m, v, step);
}

void adam_update_reference(at::Tensor& w, const at::Tensor& g, at::Tensor& m,
                           at::Tensor& v, const AdamStep& step) {
  const auto c = constants<double>(step);
  const at::Tensor grad = g * c.grad_scale + w * c.coupled_decay;
  m.mul_(c.beta1).add_(grad, 1.0 - c.beta1);
  v.mul_(c.beta2).addcmul_(grad, grad, 1.0 - c.beta2);
  const at::Tensor denominator = v.sqrt() * c.root_factor + c.eps;
  w.mul_(c.decoupled_factor).addcdiv_(m, denominator, -c.step_size);
}

}  // namespace scvigor
