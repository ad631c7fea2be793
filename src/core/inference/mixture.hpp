#ifndef SCVIGOR_CORE_INFERENCE_MIXTURE_HPP
#define SCVIGOR_CORE_INFERENCE_MIXTURE_HPP

#include <ATen/core/Tensor.h>

#include <optional>

namespace scvigor {

// Components of a mixture: distributions with independent dimensions.
struct Components {
  at::Tensor mean;            // size x dimensions, float64
  at::Tensor scale;           // size x dimensions
  std::optional<double> dof;  // of Student's t; empty: normal
};

// The log-density of every point for every component, points x components.
at::Tensor log_component_densities(const at::Tensor& points,
                                   const Components& components);

// The log-density of every point (points) for the mixture with equal weights.
at::Tensor log_mixture_density(const at::Tensor& points,
                               const Components& components);

}  // namespace scvigor

#endif
