#include "kernels/row_lookup.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/forms.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

template <class T>
void add_rows_by_level(const at::Tensor& rows, const at::Tensor& codes,
                       at::Tensor& out) {
  const auto width = rows.size(1);
  const T* from = rows.data_ptr<T>();
  const auto* level = codes.data_ptr<std::int64_t>();
  T* levels = out.data_ptr<T>();
  const auto n = rows.size(0);
  for (std::int64_t i = 0; i < n; ++i, from += width) {
    T* to = levels + level[i] * width;
#pragma omp simd
    for (std::int64_t h = 0; h < width; ++h) to[h] += from[h];
  }
}

// out[i] = rows[i] + weight[codes[i]]
template <class T>
void add_looked_up(const at::Tensor& rows, const at::Tensor& weight,
                   const at::Tensor& codes, at::Tensor& out) {
  const auto width = weight.size(1);
  const T* from = rows.data_ptr<T>();
  const T* levels = weight.data_ptr<T>();
  const auto* code = codes.data_ptr<std::int64_t>();
  T* to = out.data_ptr<T>();
  const auto n = out.size(0);
  for (std::int64_t i = 0; i < n; ++i, from += width, to += width) {
    const T* level = levels + code[i] * width;
#pragma omp simd
    for (std::int64_t h = 0; h < width; ++h) to[h] = from[h] + level[h];
  }
}

// LibTorch's own gradient takes an operation a row.
class RowLookup : public torch::autograd::Function<RowLookup> {
 public:
  // sum: empty stands for none
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& weight, const at::Tensor& codes,
                            const at::Tensor& sum) {
    ctx->saved_data["codes"] = codes;
    ctx->saved_data["levels"] = weight.size(0);
    ctx->saved_data["has_sum"] = sum.numel() > 0;
    if (sum.numel() == 0) return at::index_select(weight, 0, codes);
    at::Tensor out = at::empty_like(sum);
    if (weight.scalar_type() == at::kFloat)
      add_looked_up<float>(sum, weight, codes, out);
    else
      add_looked_up<double>(sum, weight, codes, out);
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* ctx,
      torch::autograd::variable_list grad_outputs) {
    const at::Tensor codes = ctx->saved_data["codes"].toTensor();
    const at::Tensor rows = grad_outputs[0].contiguous();
    at::Tensor grad = at::zeros(
        {ctx->saved_data["levels"].toInt(), rows.size(1)}, rows.options());
    if (rows.scalar_type() == at::kFloat)
      add_rows_by_level<float>(rows, codes, grad);
    else
      add_rows_by_level<double>(rows, codes, grad);
    const bool has_sum = ctx->saved_data["has_sum"].toBool();
    return {grad, {}, has_sum ? rows : at::Tensor()};
  }
};

}  // namespace

at::Tensor look_up_rows(const at::Tensor& weight, const at::Tensor& codes,
                        const at::Tensor& sum) {
  const bool is_rows = sum.defined() && sum.dim() == 2;
  if (has_kernel(weight) && (is_rows || !sum.defined()))
    return RowLookup::apply(
        weight, codes.contiguous(),
        is_rows ? sum.contiguous() : at::empty({0}, weight.options()));
  if (sum.defined()) return sum + look_up_rows(weight, codes);
  return at::index_select(weight, 0, codes);
}

}  // namespace scvigor
