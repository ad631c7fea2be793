#include "util/gather_rows.hpp"

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/tape.hpp"
#include "simd/add.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

template <class T>
void gather(const at::Tensor& weight, const at::Tensor& codes,
            const at::Tensor& sum, at::Tensor& y) {
  T* out = y.data_ptr<T>();
  scvigor::gather_rows(weight.data_ptr<T>(), weight.size(1),
                       codes.data_ptr<std::int64_t>(), codes.numel(), out);
  if (sum.defined()) add_to(out, sum.data_ptr<T>(), sum.numel());
}

// LibTorch's own index_add_() runs an operation for every row.
template <class T>
void scatter(const at::Tensor& codes, const at::Tensor& grad_y,
             at::Tensor& grad_weight) {
  const auto width = grad_y.size(1);
  const auto* level = codes.data_ptr<std::int64_t>();
  const T* from = grad_y.data_ptr<T>();
  T* to = grad_weight.data_ptr<T>();
  for (std::int64_t i = 0; i < codes.numel(); ++i)
    add_to(to + level[i] * width, from + i * width, width);
}

}  // namespace

at::Tensor CpuKernels::gather_rows(const at::Tensor& weight,
                                   const at::Tensor& codes,
                                   const at::Tensor& sum) const {
  at::Tensor y =
      Tape::buffer({codes.numel(), weight.size(1)}, weight.options());
  if (weight.scalar_type() == at::kFloat)
    gather<float>(weight, codes, sum, y);
  else
    gather<double>(weight, codes, sum, y);
  return y;
}

at::Tensor CpuKernels::gather_rows_backward(const at::Tensor& codes,
                                            std::int64_t n_levels,
                                            const at::Tensor& grad_y) const {
  at::Tensor grad_weight =
      Tape::buffer({n_levels, grad_y.size(1)}, grad_y.options());
  set_all(grad_weight, 0.0);
  if (grad_y.scalar_type() == at::kFloat)
    scatter<float>(codes, grad_y, grad_weight);
  else
    scatter<double>(codes, grad_y, grad_weight);
  return grad_weight;
}

}  // namespace scvigor
