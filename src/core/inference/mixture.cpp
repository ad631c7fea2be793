#include "inference/mixture.hpp"

#include <ATen/ops/logaddexp.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

// The log of the normalizing constant of one dimension.
double log_constant(const std::optional<double>& dof) {
  constexpr double kPi = 3.14159265358979323846;
  if (!dof) return 0.5 * std::log(2.0 * kPi);
  return 0.5 * std::log(*dof * kPi) + std::lgamma(0.5 * *dof) -
         std::lgamma(0.5 * (*dof + 1.0));
}

}  // namespace

// One dimension after the other: no temporary is larger than the result.
at::Tensor log_component_densities(const at::Tensor& points,
                                   const Components& c) {
  const auto n_dims = points.size(1);
  at::Tensor out =
      at::zeros({points.size(0), c.mean.size(0)}, points.options());
  for (std::int64_t l = 0; l < n_dims; ++l) {
    at::Tensor u = points.select(1, l).unsqueeze(1) - c.mean.select(1, l);
    u.div_(c.scale.select(1, l)).pow_(2);
    if (c.dof)
      out.sub_(u.div_(*c.dof).log1p_(), 0.5 * (*c.dof + 1.0));
    else
      out.sub_(u, 0.5);
  }
  return out.sub_(c.scale.log().sum(1) +
                  static_cast<double>(n_dims) * log_constant(c.dof));
}

at::Tensor log_mixture_density(const at::Tensor& points, const Components& c) {
  constexpr std::int64_t kMaxComponents = 1024;
  const auto size = c.mean.size(0);
  at::Tensor total;
  for (std::int64_t first = 0; first < size; first += kMaxComponents) {
    const auto n = std::min(kMaxComponents, size - first);
    const Components some{c.mean.narrow(0, first, n),
                          c.scale.narrow(0, first, n), c.dof};
    const at::Tensor sum =
        at::logsumexp(log_component_densities(points, some), 1);
    total = total.defined() ? at::logaddexp(total, sum) : sum;
  }
  return total - std::log(static_cast<double>(size));
}

}  // namespace scvigor
