#include <algorithm>
#include <cmath>

#include "kernels/cpu/batch_norm_units.hpp"
#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/cpu/tensor_data.hpp"
#include "kernels/tape.hpp"
#include "simd/aligned_vector.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

template <class T>
T* from(T* data, std::int64_t first) {
  return data == nullptr ? nullptr : data + first;
}

// Calls run(first, block) for blocks of units, on all threads.
template <class Run>
void for_unit_blocks(const at::Tensor& x, Run run) {
  const auto n = x.size(0);
  const auto units = x.size(1);
  constexpr std::int64_t kElementsPerTask = 4096;
  const auto n_blocks = ceil_div(units, kUnits);
  parallel_for(
      0, n_blocks, 1 + kElementsPerTask / (n * kUnits + 1),
      [&](std::int64_t begin, std::int64_t end) {
        for (auto b = begin; b < end; ++b) {
          const auto first = b * kUnits;
          run(first, UnitBlock{n, std::min(kUnits, units - first), units});
        }
      });
}

template <class T>
void train(const BatchNormInput& in, BatchNormOutput& out) {
  const double n = static_cast<double>(in.x.size(0));
  const T* linear_bias = data_or_null<T>(in.linear_bias);
  const T* gamma = in.weight.data_ptr<T>();
  T* running_mean = in.running_mean.data_ptr<T>();
  T* running_var = in.running_var.data_ptr<T>();
  const auto average = [&](T& running, double now) {
    running = static_cast<T>(
        (1.0 - in.momentum) * static_cast<double>(running) + in.momentum * now);
  };
  for_unit_blocks(in.x, [&](std::int64_t first, const UnitBlock& block) {
    const T* x = in.x.data_ptr<T>() + first;
    double* mean = out.mean.data_ptr<double>() + first;
    double* inv_sd = out.inv_sd.data_ptr<double>() + first;
    UnitSums squares, factor;
    mean_and_squares(block, x, mean, squares.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      const auto unit = first + u;
      inv_sd[u] = 1.0 / std::sqrt(squares[u] / n + in.eps);
      factor[u] = inv_sd[u] * static_cast<double>(gamma[unit]);
      average(running_mean[unit],
              mean[u] + (linear_bias == nullptr
                             ? 0.0
                             : static_cast<double>(linear_bias[unit])));
      average(running_var[unit], squares[u] / (n - 1.0));
    }
    normalize(block, x, from(data_or_null<T>(in.mask), first),
              in.bias.data_ptr<T>() + first, mean, factor.data(), in.relu,
              out.y.data_ptr<T>() + first);
  });
}

template <class T>
void train_backward(const BatchNormInput& in, const BatchNormOutput& out,
                    const at::Tensor& grad_y, BatchNormGrads& grads) {
  const double n = static_cast<double>(grad_y.size(0));
  for_unit_blocks(grad_y, [&](std::int64_t first, const UnitBlock& block) {
    T* grad_x = grads.x.data_ptr<T>() + first;
    const T* x = in.x.data_ptr<T>() + first;
    const double* mean = out.mean.data_ptr<double>() + first;
    const double* inv_sd = out.inv_sd.data_ptr<double>() + first;
    UnitSums sum, dot, factor;
    activation_backward(block, grad_y.data_ptr<T>() + first,
                        from(data_or_null<T>(in.mask), first),
                        out.y.data_ptr<T>() + first, in.relu, x, mean, grad_x,
                        sum.data(), dot.data());
    for (std::int64_t u = 0; u < block.width; ++u) {
      const auto unit = first + u;
      grads.bias.data_ptr<T>()[unit] = static_cast<T>(sum[u]);
      grads.weight.data_ptr<T>()[unit] = static_cast<T>(dot[u] * inv_sd[u]);
      factor[u] =
          inv_sd[u] * static_cast<double>(in.weight.data_ptr<T>()[unit]);
      sum[u] /= n;
      dot[u] *= inv_sd[u] * inv_sd[u] / n;
    }
    normalize_backward(block, x, mean, factor.data(), sum.data(), dot.data(),
                       grad_x);
  });
}

template <class T>
void infer(const BatchNormInput& in, at::Tensor& y) {
  constexpr std::int64_t kElementsPerTask = 1 << 14;
  const auto units = in.x.size(1);
  AlignedVector<T> scale(static_cast<std::size_t>(units));
  AlignedVector<T> offset(static_cast<std::size_t>(units));
  for (std::int64_t u = 0; u < units; ++u) {
    const auto value = [u](const at::Tensor& of) {
      return of.defined() ? static_cast<double>(of.data_ptr<T>()[u]) : 0.0;
    };
    const double factor =
        value(in.weight) / std::sqrt(value(in.running_var) + in.eps);
    const double mean = value(in.running_mean) - value(in.linear_bias);
    scale[u] = static_cast<T>(factor);
    offset[u] = static_cast<T>(value(in.bias) - mean * factor);
  }
  parallel_for(0, in.x.size(0), 1 + kElementsPerTask / (units + 1),
               [&](std::int64_t begin, std::int64_t end) {
                 scale_and_offset(end - begin, units,
                                  in.x.data_ptr<T>() + begin * units,
                                  scale.data(), offset.data(), in.relu,
                                  y.data_ptr<T>() + begin * units);
               });
}

}  // namespace

BatchNormOutput CpuKernels::batch_norm_training(
    const BatchNormInput& in) const {
  const auto of_units = in.x.options().dtype(at::kDouble);
  BatchNormOutput out{Tape::buffer(in.x.sizes(), in.x.options()),
                      Tape::buffer({in.x.size(1)}, of_units),
                      Tape::buffer({in.x.size(1)}, of_units)};
  if (in.x.scalar_type() == at::kFloat)
    train<float>(in, out);
  else
    train<double>(in, out);
  return out;
}

BatchNormGrads CpuKernels::batch_norm_training_backward(
    const BatchNormInput& in, const BatchNormOutput& out,
    const at::Tensor& grad_y) const {
  BatchNormGrads grads{Tape::buffer(grad_y.sizes(), grad_y.options()),
                       Tape::grad_buffer(in.weight),
                       Tape::grad_buffer(in.bias),
                       {}};
  if (grad_y.scalar_type() == at::kFloat)
    train_backward<float>(in, out, grad_y, grads);
  else
    train_backward<double>(in, out, grad_y, grads);
  return grads;
}

at::Tensor CpuKernels::batch_norm_inference(const BatchNormInput& in) const {
  at::Tensor y = Tape::buffer(in.x.sizes(), in.x.options());
  if (in.x.scalar_type() == at::kFloat)
    infer<float>(in, y);
  else
    infer<double>(in, y);
  return y;
}

}  // namespace scvigor
