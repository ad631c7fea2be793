#include "kernels/row_lookup.hpp"

#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/forms.hpp"

namespace scvigor {
namespace {

template <class T>
void add_rows_by_level(const at::Tensor& rows, const at::Tensor& codes,
                       at::Tensor& out) {
  const auto width = rows.size(1);
  const T* from = rows.data_ptr<T>();
  const auto* level = codes.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < rows.size(0); ++i, from += width) {
    T* to = out.data_ptr<T>() + level[i] * width;
#pragma omp simd
    for (std::int64_t h = 0; h < width; ++h) to[h] += from[h];
  }
}

// LibTorch's own gradient takes an operation a row.
class RowLookup : public torch::autograd::Function<RowLookup> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx,
                            const at::Tensor& weight,
                            const at::Tensor& codes) {
    ctx->saved_data["codes"] = codes;
    ctx->saved_data["levels"] = weight.size(0);
    return at::index_select(weight, 0, codes);
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
    return {grad, {}};
  }
};

}  // namespace

at::Tensor look_up_rows(const at::Tensor& weight, const at::Tensor& codes) {
  if (!has_kernel(weight)) return at::index_select(weight, 0, codes);
  return RowLookup::apply(weight, codes.contiguous());
}

}  // namespace scvigor
