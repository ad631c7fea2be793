#include <algorithm>

#include "kernels/cpu/cpu_kernels.hpp"
#include "simd/dispatch.hpp"
#include "simd/vector_math.hpp"
#include "util/parallel.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {
namespace {

// w, g, m, v: n each
template <class T>
SCVIGOR_INLINE void adam_body(T* w, const T* g, T* m, T* v, std::int64_t n,
                              const AdamConstants<T>& c) {
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
                const AdamConstants<float>& c),
               (w, g, m, v, n, c))
SCVIGOR_KERNEL(adam_span, adam_body,
               (double* w, const double* g, double* m, double* v,
                std::int64_t n, const AdamConstants<double>& c),
               (w, g, m, v, n, c))

// Elements first to first + n - 1 of a weight.
struct Span {
  const AdamUpdate* update;
  std::int64_t first;
  std::int64_t n;
};

template <class T>
void run(const Span& span) {
  const AdamUpdate& u = *span.update;
  const auto at = span.first;
  AdamStep step = u.step;
  if (u.grad_scale.defined())
    step.grad_scale *= *u.grad_scale.data_ptr<double>();
  adam_span(u.w.data_ptr<T>() + at, u.g.data_ptr<T>() + at,
            u.m.data_ptr<T>() + at, u.v.data_ptr<T>() + at, span.n,
            AdamConstants<T>(step));
}

// The elements of a task, as many as are worth a thread.
constexpr std::int64_t kElementsPerTask = 16384;

}  // namespace

void CpuKernels::adam(const std::vector<AdamUpdate>& updates) const {
  const at::Tensor& enabled = updates.front().enabled;
  if (enabled.defined() && *enabled.data_ptr<double>() == 0.0) return;
  auto& spans = thread_scratch<std::vector<Span>>();
  spans.clear();
  for (const auto& update : updates) {
    const auto n = update.w.numel();
    for (std::int64_t first = 0; first < n; first += kElementsPerTask)
      spans.push_back({&update, first, std::min(kElementsPerTask, n - first)});
  }
  const Span* first = spans.data();
  share_tasks(static_cast<std::int64_t>(spans.size()), 1, [first](auto take) {
    for (std::int64_t task; take(task);) {
      const Span& span = first[task];
      if (span.update->w.scalar_type() == at::kFloat)
        run<float>(span);
      else
        run<double>(span);
    }
  });
}

}  // namespace scvigor
