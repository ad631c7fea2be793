#include "kernels/normalise.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/aligned.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/forms.hpp"
#include "kernels/tape.hpp"
#include "kernels/tensor_data.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// A task takes this many units of all cells. Sums over cells are in double
// precision: before a normalisation small errors grow.
constexpr std::int64_t kUnits = 64;
using Sums = std::array<double, kUnits>;

// A block of units of a row-major matrix.
template <class T>
struct UnitBlock {
  std::int64_t n;      // cells
  std::int64_t width;  // units, at most kUnits
  std::int64_t step;   // from a cell to the next
};

// sum_a[u] = sum over cells of a, sum_ab[u] = of a * b
template <class T>
SCVIGOR_INLINE void sum_products_body(const UnitBlock<T>& block, const T* a,
                                      const T* b, double* sum_a,
                                      double* sum_ab) {
  for (std::int64_t i = 0; i < block.n; ++i)
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) {
      const double value = static_cast<double>(a[i * block.step + u]);
      sum_a[u] += value;
      sum_ab[u] += value * static_cast<double>(b[i * block.step + u]);
    }
}

// The sum of squared distances from `mean`.
template <class T>
SCVIGOR_INLINE void sum_squares_body(const UnitBlock<T>& block, const T* x,
                                     const double* mean, double* sum) {
  for (std::int64_t i = 0; i < block.n; ++i)
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) {
      const double d = static_cast<double>(x[i * block.step + u]) - mean[u];
      sum[u] += d * d;
    }
}

// scaled = (x - mean) scale;  out = mask activation(gamma scaled + beta)
template <class T>
SCVIGOR_INLINE void transform_body(const UnitBlock<T>& block, const T* x,
                                   const T* mask, const T* gamma,
                                   const T* beta, const double* mean,
                                   const double* scale, bool relu, T* scaled,
                                   T* out) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u) {
      const T s = static_cast<T>(
          (static_cast<double>(x[at + u]) - mean[u]) * scale[u]);
      const T y = gamma[u] * s + beta[u];
      scaled[at + u] = s;
      out[at + u] = relu && y < T(0) ? T(0) : y;
    }
    if (mask == nullptr) continue;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      out[at + u] *= mask[at + u];
  }
}

// grad_y = grad mask where the activation let something through
template <class T>
SCVIGOR_INLINE void undo_activation_body(const UnitBlock<T>& block,
                                         const T* grad, const T* mask,
                                         const T* out, bool relu, T* grad_y) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      grad_y[at + u] = relu && !(out[at + u] > T(0)) ? T(0) : grad[at + u];
    if (mask == nullptr) continue;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      grad_y[at + u] *= mask[at + u];
  }
}

// grad_x = factor (grad_y - mean of grad_y - scaled mean of grad_y scaled), in
// place of grad_y
template <class T>
SCVIGOR_INLINE void undo_transform_body(const UnitBlock<T>& block,
                                        const T* scaled, const double* factor,
                                        const double* mean_grad,
                                        const double* mean_product, T* grad) {
  for (std::int64_t i = 0; i < block.n; ++i) {
    const auto at = i * block.step;
#pragma omp simd
    for (std::int64_t u = 0; u < block.width; ++u)
      grad[at + u] = static_cast<T>(
          factor[u] *
          (static_cast<double>(grad[at + u]) - mean_grad[u] -
           static_cast<double>(scaled[at + u]) * mean_product[u]));
  }
}

// out = activation(scale x + shift), for n cells of a whole matrix
template <class T>
SCVIGOR_INLINE void scale_units_body(std::int64_t n, std::int64_t units,
                                     const T* x, const T* scale,
                                     const T* shift, bool relu, T* out) {
  for (std::int64_t i = 0; i < n; ++i)
#pragma omp simd
    for (std::int64_t u = 0; u < units; ++u) {
      const T y = scale[u] * x[i * units + u] + shift[u];
      out[i * units + u] = relu && y < T(0) ? T(0) : y;
    }
}

#define SCVIGOR_NORMALISE_KERNELS(T)                                          \
  SCVIGOR_KERNEL(sum_products, sum_products_body,                             \
                 (const UnitBlock<T>& block, const T* a, const T* b,          \
                  double* sum_a, double* sum_ab),                             \
                 (block, a, b, sum_a, sum_ab))                                \
  SCVIGOR_KERNEL(sum_squares, sum_squares_body,                               \
                 (const UnitBlock<T>& block, const T* x, const double* mean,  \
                  double* sum),                                               \
                 (block, x, mean, sum))                                       \
  SCVIGOR_KERNEL(transform, transform_body,                                   \
                 (const UnitBlock<T>& block, const T* x, const T* mask,       \
                  const T* gamma, const T* beta, const double* mean,          \
                  const double* scale, bool relu, T* scaled, T* out),         \
                 (block, x, mask, gamma, beta, mean, scale, relu, scaled,     \
                  out))                                                       \
  SCVIGOR_KERNEL(undo_activation, undo_activation_body,                       \
                 (const UnitBlock<T>& block, const T* grad, const T* mask,    \
                  const T* out, bool relu, T* grad_y),                        \
                 (block, grad, mask, out, relu, grad_y))                      \
  SCVIGOR_KERNEL(undo_transform, undo_transform_body,                         \
                 (const UnitBlock<T>& block, const T* scaled,                 \
                  const double* factor, const double* mean_grad,              \
                  const double* mean_product, T* grad),                       \
                 (block, scaled, factor, mean_grad, mean_product, grad))      \
  SCVIGOR_KERNEL(scale_units, scale_units_body,                               \
                 (std::int64_t n, std::int64_t units, const T* x,             \
                  const T* scale, const T* shift, bool relu, T* out),         \
                 (n, units, x, scale, shift, relu, out))
SCVIGOR_NORMALISE_KERNELS(float)
SCVIGOR_NORMALISE_KERNELS(double)
#undef SCVIGOR_NORMALISE_KERNELS

template <class T>
T* from(T* data, std::int64_t first) {
  return data == nullptr ? nullptr : data + first;
}

// Calls run(first, block) for blocks of units, on all threads.
template <class T, class Run>
void for_units(const at::Tensor& x, Run run) {
  const auto n = x.size(0);
  const auto units = x.size(1);
  constexpr std::int64_t kElementsPerTask = 4096;
  const auto n_blocks = (units + kUnits - 1) / kUnits;
  at::parallel_for(0, n_blocks, 1 + kElementsPerTask / (n * kUnits + 1),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (auto b = begin; b < end; ++b) {
                       const auto first = b * kUnits;
                       run(first, UnitBlock<T>{n, std::min(kUnits,
                                                           units - first),
                                               units});
                     }
                   });
}

// What the backward pass needs.
struct Normalised {
  at::Tensor out;     // n x units
  at::Tensor scaled;  // n x units: (x - mean) / sqrt(var + eps)
  at::Tensor factor;  // units: gamma / sqrt(var + eps), float64
};

template <class T>
void forward_cpu(const NormaliseInput& in, const at::Tensor& x,
                 Normalised& to) {
  const double n = static_cast<double>(x.size(0));
  const T* shift = data_or_null<T>(in.shift);
  const T* gamma = in.weight.data_ptr<T>();
  const T* beta = in.bias.data_ptr<T>();
  T* running_mean = in.running_mean.data_ptr<T>();
  T* running_var = in.running_var.data_ptr<T>();
  const auto move = [&](T& running, double now) {
    running = static_cast<T>((1.0 - in.momentum) *
                                 static_cast<double>(running) +
                             in.momentum * now);
  };
  for_units<T>(x, [&](std::int64_t first, const UnitBlock<T>& block) {
    const T* values = x.data_ptr<T>() + first;
    Sums mean{}, unused{}, squares{}, scale{};
    sum_products(block, values, values, mean.data(), unused.data());
    for (std::int64_t u = 0; u < block.width; ++u) mean[u] /= n;
    sum_squares(block, values, mean.data(), squares.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      const auto unit = first + u;
      scale[u] = 1.0 / std::sqrt(squares[u] / n + in.eps);
      to.factor.data_ptr<double>()[unit] =
          scale[u] * static_cast<double>(gamma[unit]);
      move(running_mean[unit],
           mean[u] + (shift == nullptr ? 0.0
                                       : static_cast<double>(shift[unit])));
      move(running_var[unit], squares[u] / (n - 1.0));
    }
    transform(block, values, from(data_or_null<T>(in.mask), first),
              gamma + first, beta + first, mean.data(), scale.data(), in.relu,
              to.scaled.data_ptr<T>() + first, to.out.data_ptr<T>() + first);
  });
}

template <class T>
void backward_cpu(const Normalised& saved, const at::Tensor& mask, bool relu,
                  const at::Tensor& grad, at::Tensor& by_x,
                  at::Tensor& by_weight, at::Tensor& by_bias) {
  const double n = static_cast<double>(grad.size(0));
  for_units<T>(grad, [&](std::int64_t first, const UnitBlock<T>& block) {
    T* grad_y = by_x.data_ptr<T>() + first;
    const T* scaled = saved.scaled.data_ptr<T>() + first;
    undo_activation(block, grad.data_ptr<T>() + first,
                    from(data_or_null<T>(mask), first),
                    saved.out.data_ptr<T>() + first, relu, grad_y);
    Sums sum{}, product{};
    sum_products(block, grad_y, scaled, sum.data(), product.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      by_bias.data_ptr<T>()[first + u] = static_cast<T>(sum[u]);
      by_weight.data_ptr<T>()[first + u] = static_cast<T>(product[u]);
      sum[u] /= n;
      product[u] /= n;
    }
    undo_transform(block, scaled, saved.factor.data_ptr<double>() + first,
                   sum.data(), product.data(), grad_y);
  });
}

Normalised forward(const NormaliseInput& in, const at::Tensor& x) {
  const auto options = x.options();
  Normalised to{at::empty(x.sizes(), options), at::empty(x.sizes(), options),
                at::empty({x.size(1)}, options.dtype(at::kDouble))};
  if (x.scalar_type() == at::kFloat)
    forward_cpu<float>(in, x, to);
  else
    forward_cpu<double>(in, x, to);
  return to;
}

void backward(const NormaliseInput& in, const at::Tensor& x,
              const Normalised& saved, const at::Tensor& grad) {
  at::Tensor by_x = at::empty_like(grad);
  at::Tensor by_weight = at::empty({grad.size(1)}, grad.options());
  at::Tensor by_bias = at::empty_like(by_weight);
  if (grad.scalar_type() == at::kFloat)
    backward_cpu<float>(saved, in.mask, in.relu, grad, by_x, by_weight,
                        by_bias);
  else
    backward_cpu<double>(saved, in.mask, in.relu, grad, by_x, by_weight,
                         by_bias);
  Tape::add_grad(x, by_x);
  Tape::add_grad(in.weight, by_weight);
  Tape::add_grad(in.bias, by_bias);
  if (in.shift.defined()) Tape::add_grad(in.shift, at::zeros_like(by_bias));
}

template <class T>
void by_running_cpu(const NormaliseInput& in, const at::Tensor& x,
                    at::Tensor& out) {
  constexpr std::int64_t kElementsPerTask = 1 << 14;
  const auto units = x.size(1);
  AlignedVector<T> scale(static_cast<std::size_t>(units));
  AlignedVector<T> shift(static_cast<std::size_t>(units));
  for (std::int64_t u = 0; u < units; ++u) {
    const auto number = [u](const at::Tensor& of) {
      return of.defined() ? static_cast<double>(of.data_ptr<T>()[u]) : 0.0;
    };
    const double by =
        number(in.weight) / std::sqrt(number(in.running_var) + in.eps);
    const double mean = number(in.running_mean) - number(in.shift);
    scale[u] = static_cast<T>(by);
    shift[u] = static_cast<T>(number(in.bias) - mean * by);
  }
  at::parallel_for(0, x.size(0), 1 + kElementsPerTask / (units + 1),
                   [&](std::int64_t begin, std::int64_t end) {
                     scale_units(end - begin, units,
                                 x.data_ptr<T>() + begin * units, scale.data(),
                                 shift.data(), in.relu,
                                 out.data_ptr<T>() + begin * units);
                   });
}

}  // namespace

at::Tensor normalise(const NormaliseInput& input) {
  if (!has_kernel(input.x)) return normalise_reference(input);
  const at::Tensor x = input.x.contiguous();
  const Normalised made = forward(input, x);
  if (Tape* tape = Tape::of({x, input.weight, input.bias, input.shift}))
    tape->note(made.out, [input, x, made](const at::Tensor& grad) {
      backward(input, x, made, grad.contiguous());
    });
  return made.out;
}

at::Tensor normalise_by_running(const NormaliseInput& input) {
  if (!has_kernel(input.x) ||
      Tape::of({input.x, input.weight, input.bias, input.shift}))
    return normalise_by_running_reference(input);
  const at::Tensor x = input.x.contiguous();
  at::Tensor out = at::empty(x.sizes(), x.options());
  if (x.scalar_type() == at::kFloat)
    by_running_cpu<float>(input, x, out);
  else
    by_running_cpu<double>(input, x, out);
  return out;
}

at::Tensor normalise_reference(const NormaliseInput& input) {
  at::Tensor x = input.x;
  if (input.shift.defined())
    x = x + (input.shift.detach() + input.shift * 0.0);
  at::Tensor out = at::batch_norm(x, input.weight, input.bias,
                                  input.running_mean, input.running_var, true,
                                  input.momentum, input.eps, false);
  if (input.relu) out = at::relu(out);
  return input.mask.defined() ? out * input.mask : out;
}

at::Tensor normalise_by_running_reference(const NormaliseInput& input) {
  const at::Tensor x =
      input.shift.defined() ? input.x + input.shift : input.x;
  const at::Tensor out = at::batch_norm(
      x, input.weight, input.bias, input.running_mean, input.running_var, false,
      input.momentum, input.eps, false);
  return input.relu ? at::relu(out) : out;
}

}  // namespace scvigor
