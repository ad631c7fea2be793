#include "kernels/step_outcome.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/cpu/cpu_kernels.hpp"
#include "simd/dispatch.hpp"
#include "util/parallel.hpp"
#include "util/tensor_utils.hpp"
#include "util/thread_scratch.hpp"

namespace scvigor {
namespace {

double number(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat
             ? static_cast<double>(*x.data_ptr<float>())
             : *x.data_ptr<double>();
}

template <class T>
SCVIGOR_INLINE void add_squares_body(const T* x, std::int64_t n, double* sum) {
  double total = 0.0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t i = 0; i < n; ++i)
    total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  *sum += total;
}
SCVIGOR_KERNEL(add_squares, add_squares_body,
               (const float* x, std::int64_t n, double* sum), (x, n, sum))
SCVIGOR_KERNEL(add_squares, add_squares_body,
               (const double* x, std::int64_t n, double* sum), (x, n, sum))

// The sum of squares of an array, in parts that are added up in their order.
double squares_of(const at::Tensor& x) {
  constexpr std::int64_t kPart = 16384;
  const auto n = x.numel();
  auto& parts = thread_scratch<std::vector<double>>();
  parts.assign(static_cast<std::size_t>((n + kPart - 1) / kPart), 0.0);
  double* sums = parts.data();
  parallel_for(0, static_cast<std::int64_t>(parts.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (auto i = begin; i < end; ++i) {
                   const auto first = i * kPart;
                   const auto size = std::min(kPart, n - first);
                   if (x.scalar_type() == at::kFloat)
                     add_squares(x.data_ptr<float>() + first, size, sums + i);
                   else
                     add_squares(x.data_ptr<double>() + first, size, sums + i);
                 }
               });
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

}  // namespace

void CpuKernels::add_step(const StepOutcome& step, at::Tensor& totals) const {
  double* to = totals.data_ptr<double>();
  if (to[kTotalFinite] == 0.0) return;
  double loss = 0.0;
  for (const auto& term : step.objective)
    loss += term.weight * number(term.number);
  const bool finite =
      std::isfinite(loss) &&
      std::all_of(step.gradients.begin(), step.gradients.end(), all_finite);
  if (!finite) {
    to[kTotalFinite] = 0.0;
    to[kTotalFailedLoss] = loss;
    return;
  }
  const double reconstruction = sum_of(step.reconstruction_loss);
  const double kl_z = sum_of(step.kl_z);
  const double kl_l = sum_of(step.kl_l);
  to[kTotalLoss] += reconstruction + step.kl_weight * kl_z + kl_l;
  to[kTotalReconstruction] += reconstruction;
  to[kTotalKlLocal] += kl_z + kl_l;
  to[kTotalSteps] += 1.0;
}

void CpuKernels::restore_unless(const at::Tensor& finite,
                                const at::Tensor& saved,
                                at::Tensor& values) const {
  if (*finite.data_ptr<double>() == 0.0) copy_values(saved, values);
}

void CpuKernels::clip_factor(const std::vector<at::Tensor>& gradients,
                             double max_norm, at::Tensor& factor) const {
  double squares = 0.0;
  for (const auto& gradient : gradients) squares += squares_of(gradient);
  *factor.data_ptr<double>() =
      std::min(1.0, max_norm / (std::sqrt(squares) + 1e-6));
}

}  // namespace scvigor
