#include <cstring>

#include "kernels/cpu/cpu_kernels.hpp"
#include "kernels/tape.hpp"
#include "simd/add.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

// The bytes from a row of the matrix to the next.
std::size_t row_bytes(const at::Tensor& matrix) {
  const auto width = matrix.dim() == 1 ? 1 : matrix.size(1);
  return static_cast<std::size_t>(width) * matrix.element_size();
}

char* data_of(const ColumnSpan& span) {
  return static_cast<char*>(span.matrix.data_ptr()) +
         static_cast<std::size_t>(span.first) * span.matrix.element_size();
}

}  // namespace

void CpuKernels::copy_columns(const ColumnSpan& from, const ColumnSpan& to,
                              std::int64_t n) const {
  const auto bytes = static_cast<std::size_t>(n) * from.matrix.element_size();
  const auto from_step = row_bytes(from.matrix);
  const auto to_step = row_bytes(to.matrix);
  const char* source = data_of(from);
  char* target = data_of(to);
  for (std::int64_t i = 0; i < from.matrix.size(0); ++i) {
    std::memcpy(target, source, bytes);
    source += from_step;
    target += to_step;
  }
}

at::Tensor CpuKernels::sum_terms(const at::Tensor& a,
                                 const at::Tensor& b) const {
  const at::Tensor sum = Tape::buffer(a.sizes(), a.options());
  copy_values(a, sum);
  if (a.scalar_type() == at::kFloat)
    add_to(sum.data_ptr<float>(), b.data_ptr<float>(), sum.numel());
  else
    add_to(sum.data_ptr<double>(), b.data_ptr<double>(), sum.numel());
  return sum;
}

}  // namespace scvigor
