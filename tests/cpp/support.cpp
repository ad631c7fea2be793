#include "support.hpp"

#include <ATen/ATen.h>

#include <sstream>

namespace support {

std::string difference(const at::Tensor& a, const at::Tensor& b,
                       double tolerance, double scale) {
  std::ostringstream text;
  if (!a.defined() || !b.defined()) return "one of them is undefined";
  if (a.numel() != b.numel()) {
    text << "shapes " << a.sizes() << " and " << b.sizes();
    return text.str();
  }
  const at::Tensor x = a.detach().to(at::kDouble).reshape({-1});
  const at::Tensor y = b.detach().to(at::kDouble).reshape({-1});
  const at::Tensor excess = at::where(
      x == y, at::zeros_like(x), (x - y).abs() - tolerance * (scale + y.abs()));
  if (x.numel() == 0 || (excess <= 0).all().item<bool>()) return "";
  const auto worst =
      excess.nan_to_num(1e300, 1e300).argmax().item<std::int64_t>();
  text.precision(17);
  text << "element " << worst << " of " << x.numel() << ": "
       << x[worst].item<double>() << " instead of " << y[worst].item<double>();
  return text.str();
}

at::Tensor tensor_of(const std::vector<double>& values,
                     const std::vector<std::int64_t>& shape,
                     const at::TensorOptions& options) {
  return at::tensor(values, at::kDouble).reshape(shape).to(options);
}

scvigor::SparseCounts sparse_of(const at::Tensor& dense) {
  const at::Tensor at_nonzero = dense.nonzero();
  scvigor::SparseCounts out;
  out.n_genes = dense.size(1);
  out.indptr = at::cat(
      {at::zeros({1}, at_nonzero.options()), (dense != 0).sum(1).cumsum(0)});
  out.genes = at_nonzero.select(1, 1).to(at::kInt).contiguous();
  out.values = dense.masked_select(dense != 0);
  return out;
}

}  // namespace support
