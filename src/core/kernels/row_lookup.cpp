#include "kernels/row_lookup.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "kernels/backend.hpp"
#include "kernels/tape.hpp"
#include "simd/add.hpp"
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
    add_to(levels + level[i] * width, from, width);
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
    std::copy_n(from, width, to);
    add_to(to, levels + code[i] * width, width);
  }
}

at::Tensor forward(const at::Tensor& weight, const at::Tensor& codes,
                   const at::Tensor& sum) {
  const at::NoGradGuard no_grad;
  if (!sum.defined()) return at::index_select(weight, 0, codes);
  at::Tensor out = at::empty_like(sum);
  if (weight.scalar_type() == at::kFloat)
    add_looked_up<float>(sum, weight, codes, out);
  else
    add_looked_up<double>(sum, weight, codes, out);
  return out;
}

// LibTorch's own gradient takes an operation a row.
at::Tensor weight_gradient(const at::Tensor& weight, const at::Tensor& codes,
                           const at::Tensor& rows) {
  at::Tensor grad = at::zeros_like(weight);
  if (rows.scalar_type() == at::kFloat)
    add_rows_by_level<float>(rows, codes, grad);
  else
    add_rows_by_level<double>(rows, codes, grad);
  return grad;
}

}  // namespace

at::Tensor look_up_rows(const at::Tensor& weight, const at::Tensor& codes,
                        const at::Tensor& sum) {
  const bool is_rows = sum.defined() && sum.dim() == 2;
  if (sum.defined() && !is_rows) return sum + look_up_rows(weight, codes);
  if (!has_kernel(weight)) {
    const at::Tensor rows = at::index_select(weight, 0, codes);
    return sum.defined() ? sum + rows : rows;
  }
  const at::Tensor level = codes.contiguous();
  const at::Tensor rows = is_rows ? sum.contiguous() : sum;
  at::Tensor out = forward(weight, level, rows);
  if (Tape* tape = Tape::active_for({weight, rows}))
    tape->record(out, [weight, level, rows](const at::Tensor& grad) {
      if (weight.requires_grad())
        Tape::add_grad(weight,
                       weight_gradient(weight, level, grad.contiguous()));
      Tape::add_grad(rows, grad);
    });
  return out;
}

}  // namespace scvigor
