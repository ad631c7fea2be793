#include "kernels/adam.hpp"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>

#include <algorithm>
#include <cmath>

#include "kernels/backend.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"
#include "util/task_queue.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

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

// Elements of a weight.
struct Block {
  const AdamUpdate* update;
  std::int64_t first;
  std::int64_t n;
};

template <class T>
void run(const Block& block) {
  const AdamUpdate& u = *block.update;
  const auto at = block.first;
  adam_span(u.w.data_ptr<T>() + at, u.g.data_ptr<T>() + at,
            u.m.data_ptr<T>() + at, u.v.data_ptr<T>() + at, block.n,
            constants<T>(u.step));
}

// So many elements are worth a thread, and a block is that large.
constexpr std::int64_t kElementsPerBlock = 16384;

}  // namespace

void adam_updates(std::vector<AdamUpdate>& updates) {
  if (updates.empty()) return;
  if (!has_kernel(updates.front().w)) return adam_updates_reference(updates);
  std::vector<Block> blocks;
  for (auto& update : updates) {
    update.g = update.g.contiguous();
    const auto n = update.w.numel();
    for (std::int64_t first = 0; first < n; first += kElementsPerBlock)
      blocks.push_back(
          {&update, first, std::min(kElementsPerBlock, n - first)});
  }
  share_tasks(static_cast<std::int64_t>(blocks.size()), 1, [&](auto take) {
    for (std::int64_t task; take(task);) {
      const Block& block = blocks[static_cast<std::size_t>(task)];
      if (block.update->w.scalar_type() == at::kFloat)
        run<float>(block);
      else
        run<double>(block);
    }
  });
}

void adam_updates_reference(const std::vector<AdamUpdate>& updates) {
  std::vector<at::Tensor> w, g, m, v;
  std::vector<at::Scalar> minus_step_size, root_factor;
  for (const auto& update : updates) {
    w.push_back(update.w);
    g.push_back(update.g.contiguous());
    m.push_back(update.m);
    v.push_back(update.v);
    const auto c = constants<double>(update.step);
    minus_step_size.push_back(-c.step_size);
    root_factor.push_back(c.root_factor);
  }
  // They differ in t alone.
  const auto c = constants<double>(updates.front().step);
  const auto grad = at::_foreach_mul(g, c.grad_scale);
  at::_foreach_add_(grad, w, c.coupled_decay);
  at::_foreach_mul_(m, c.beta1);
  at::_foreach_add_(m, grad, 1.0 - c.beta1);
  at::_foreach_mul_(v, c.beta2);
  at::_foreach_addcmul_(v, grad, grad, 1.0 - c.beta2);
  const auto denominator = at::_foreach_sqrt(v);
  at::_foreach_mul_(denominator, root_factor);
  at::_foreach_add_(denominator, c.eps);
  at::_foreach_mul_(w, c.decoupled_factor);
  at::_foreach_addcdiv_(w, m, denominator, minus_step_size);
}

}  // namespace scvigor
