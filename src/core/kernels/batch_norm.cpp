#include "kernels/batch_norm.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "kernels/backend.hpp"
#include "kernels/cpu/batch_norm_units.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/tape.hpp"
#include "simd/aligned_vector.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

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
  at::parallel_for(
      0, n_blocks, 1 + kElementsPerTask / (n * kUnits + 1),
      [&](std::int64_t begin, std::int64_t end) {
        for (auto b = begin; b < end; ++b) {
          const auto first = b * kUnits;
          run(first, UnitBlock<T>{n, std::min(kUnits, units - first), units});
        }
      });
}

// What the backward pass needs.
struct BatchNormOutput {
  at::Tensor out;           // n x units
  at::Tensor mean, inv_sd;  // units, float64: 1 / sqrt(var + eps)
};

template <class T>
void forward_cpu(const BatchNormInput& in, const at::Tensor& x,
                 BatchNormOutput& to) {
  const double n = static_cast<double>(x.size(0));
  const T* linear_bias = data_or_null<T>(in.linear_bias);
  const T* gamma = in.weight.data_ptr<T>();
  T* running_mean = in.running_mean.data_ptr<T>();
  T* running_var = in.running_var.data_ptr<T>();
  const auto move = [&](T& running, double now) {
    running = static_cast<T>(
        (1.0 - in.momentum) * static_cast<double>(running) + in.momentum * now);
  };
  for_units<T>(x, [&](std::int64_t first, const UnitBlock<T>& block) {
    const T* values = x.data_ptr<T>() + first;
    double* mean = to.mean.data_ptr<double>() + first;
    double* inv_sd = to.inv_sd.data_ptr<double>() + first;
    Sums squares, factor;
    moments(block, values, mean, squares.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      const auto unit = first + u;
      inv_sd[u] = 1.0 / std::sqrt(squares[u] / n + in.eps);
      factor[u] = inv_sd[u] * static_cast<double>(gamma[unit]);
      move(running_mean[unit],
           mean[u] + (linear_bias == nullptr
                          ? 0.0
                          : static_cast<double>(linear_bias[unit])));
      move(running_var[unit], squares[u] / (n - 1.0));
    }
    transform(block, values, from(data_or_null<T>(in.mask), first),
              in.bias.data_ptr<T>() + first, mean, factor.data(), in.relu,
              to.out.data_ptr<T>() + first);
  });
}

template <class T>
void backward_cpu(const BatchNormInput& in, const at::Tensor& x,
                  const BatchNormOutput& saved, const at::Tensor& grad,
                  at::Tensor& grad_x, at::Tensor& grad_weight,
                  at::Tensor& grad_bias) {
  const double n = static_cast<double>(grad.size(0));
  for_units<T>(grad, [&](std::int64_t first, const UnitBlock<T>& block) {
    T* grad_y = grad_x.data_ptr<T>() + first;
    const T* values = x.data_ptr<T>() + first;
    const double* mean = saved.mean.data_ptr<double>() + first;
    const double* inv_sd = saved.inv_sd.data_ptr<double>() + first;
    Sums sum, product, factor;
    undo_activation(block, grad.data_ptr<T>() + first,
                    from(data_or_null<T>(in.mask), first),
                    saved.out.data_ptr<T>() + first, in.relu, values, mean,
                    grad_y, sum.data(), product.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      const auto unit = first + u;
      grad_bias.data_ptr<T>()[unit] = static_cast<T>(sum[u]);
      grad_weight.data_ptr<T>()[unit] = static_cast<T>(product[u] * inv_sd[u]);
      factor[u] =
          inv_sd[u] * static_cast<double>(in.weight.data_ptr<T>()[unit]);
      sum[u] /= n;
      product[u] *= inv_sd[u] * inv_sd[u] / n;
    }
    undo_transform(block, values, mean, factor.data(), sum.data(),
                   product.data(), grad_y);
  });
}

BatchNormOutput forward(const BatchNormInput& in, const at::Tensor& x) {
  const auto units = at::empty({2, x.size(1)}, x.options().dtype(at::kDouble));
  BatchNormOutput to{at::empty(x.sizes(), x.options()), units.select(0, 0),
                     units.select(0, 1)};
  if (x.scalar_type() == at::kFloat)
    forward_cpu<float>(in, x, to);
  else
    forward_cpu<double>(in, x, to);
  return to;
}

void backward(const BatchNormInput& in, const at::Tensor& x,
              const BatchNormOutput& saved, const at::Tensor& grad) {
  at::Tensor grad_x = at::empty_like(grad);
  at::Tensor grad_weight = at::empty({grad.size(1)}, grad.options());
  at::Tensor grad_bias = at::empty_like(grad_weight);
  if (grad.scalar_type() == at::kFloat)
    backward_cpu<float>(in, x, saved, grad, grad_x, grad_weight, grad_bias);
  else
    backward_cpu<double>(in, x, saved, grad, grad_x, grad_weight, grad_bias);
  Tape::add_grad(x, grad_x);
  Tape::add_grad(in.weight, grad_weight);
  Tape::add_grad(in.bias, grad_bias);
  if (in.linear_bias.defined())
    Tape::add_grad(in.linear_bias, at::zeros_like(grad_bias));
}

template <class T>
void inference_cpu(const BatchNormInput& in, const at::Tensor& x,
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
    const double mean = number(in.running_mean) - number(in.linear_bias);
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

at::Tensor batch_norm_training(const BatchNormInput& input) {
  if (!has_kernel(input.x)) return batch_norm_training_reference(input);
  const at::Tensor x = input.x.contiguous();
  const BatchNormOutput made = forward(input, x);
  if (Tape* tape =
          Tape::active_for({x, input.weight, input.bias, input.linear_bias}))
    tape->record(made.out, [input, x, made](const at::Tensor& grad) {
      backward(input, x, made, grad.contiguous());
    });
  return made.out;
}

at::Tensor batch_norm_inference(const BatchNormInput& input) {
  if (!has_kernel(input.x) ||
      Tape::active_for({input.x, input.weight, input.bias, input.linear_bias}))
    return batch_norm_inference_reference(input);
  const at::Tensor x = input.x.contiguous();
  at::Tensor out = at::empty(x.sizes(), x.options());
  if (x.scalar_type() == at::kFloat)
    inference_cpu<float>(input, x, out);
  else
    inference_cpu<double>(input, x, out);
  return out;
}

at::Tensor batch_norm_training_reference(const BatchNormInput& input) {
  at::Tensor x = input.x;
  if (input.linear_bias.defined())
    x = x + (input.linear_bias.detach() + input.linear_bias * 0.0);
  at::Tensor out =
      at::batch_norm(x, input.weight, input.bias, input.running_mean,
                     input.running_var, true, input.momentum, input.eps, false);
  if (input.relu) out = at::relu(out);
  return input.mask.defined() ? out * input.mask : out;
}

at::Tensor batch_norm_inference_reference(const BatchNormInput& input) {
  const at::Tensor x =
      input.linear_bias.defined() ? input.x + input.linear_bias : input.x;
  const at::Tensor out = at::batch_norm(
      x, input.weight, input.bias, input.running_mean, input.running_var, false,
      input.momentum, input.eps, false);
  return input.relu ? at::relu(out) : out;
}

}  // namespace scvigor
