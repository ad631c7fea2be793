#include "nn/encoder.hpp"

#include "kernels/normal_terms.hpp"

namespace scvigor {
namespace {

constexpr double kMinVar = 1e-4;

Linear::Shape head_shape(std::int64_t n_hidden, std::int64_t n_out) {
  Linear::Shape shape;
  shape.n_dense = n_hidden;
  shape.n_out = n_out;
  return shape;
}

}  // namespace

Encoder::Encoder(const FcLayers::Shape& hidden, std::int64_t n_out,
                 VarActivation var_activation, const at::TensorOptions& options,
                 Rng& rng)
    : var_activation_(var_activation),
      hidden_(hidden, options, rng),
      mean_head_(head_shape(hidden.n_out, n_out), options, rng),
      var_head_(head_shape(hidden.n_out, n_out), options, rng) {}

NormalParameters Encoder::forward(const LayerInput& input, const Mode& mode) {
  LayerInput h;
  h.dense = hidden_.forward(input, mode);
  return {mean_head_.forward(h),
          normal_var(var_head_.forward(h), var_activation_, kMinVar)};
}

void Encoder::list_state(const StateScope& scope, StateList& out) const {
  hidden_.list_state(scope.in("encoder"), out);
  mean_head_.list_state(scope.in("mean_encoder"), out);
  var_head_.list_state(scope.in("var_encoder"), out);
}

}  // namespace scvigor
