#include "nn/fc_layers.hpp"

#include <ATen/ops/layer_norm.h>
#include <ATen/ops/relu.h>

#include "kernels/tape.hpp"
#include "util/tensor_operators.hpp"

namespace scvigor {
namespace {

constexpr double kLayerNormEps = 1e-5;

// Units are dropped with probability `rate`, the rest scaled up.
at::Tensor dropout_mask(const at::Tensor& x, double rate, Rng& rng) {
  const double keep = 1.0 - rate;
  const at::Tensor mask = Tape::buffer(x.sizes(), x.options());
  rng.fill_bernoulli(mask, keep, keep > 0.0 ? 1.0 / keep : 0.0);
  return mask;
}

}  // namespace

FcLayers::FcLayers(const Shape& shape, const at::TensorOptions& options,
                   Rng& rng)
    : shape_(shape) {
  for (std::int64_t i = 0; i < shape.n_layers; ++i) {
    const bool first = i == 0;
    Linear::Shape linear;
    linear.n_counts = first ? shape.n_counts : 0;
    linear.n_dense = first ? shape.n_dense : shape.n_out;
    if (first || shape.inject_covariates) linear.n_levels = shape.n_levels;
    linear.n_out = shape.n_out;
    linear.bias = shape.bias;
    std::optional<BatchNorm> norm;
    if (shape.batch_norm) norm.emplace(shape.n_out, options);
    layers_.push_back({Linear(linear, options, rng), std::move(norm)});
  }
}

at::Tensor FcLayers::forward(const LayerInput& input, const Mode& mode) {
  LayerInput now = input;
  for (auto& layer : layers_) {
    at::Tensor h = layer.linear.forward(now, !layer.norm);
    at::Tensor mask;
    if (mode.training && mode.dropout && shape_.dropout_rate > 0.0)
      mask = dropout_mask(h, shape_.dropout_rate, *mode.rng);
    now.counts = nullptr;
    now.dense = after_linear(layer, h, mask, mode);
    if (!shape_.inject_covariates) now.codes.clear();
  }
  return now.dense;
}

// BatchNorm, LayerNorm, ReLU and dropout, if the layer has them.
at::Tensor FcLayers::after_linear(Layer& layer, at::Tensor h,
                                  const at::Tensor& mask, const Mode& mode) {
  auto& norm = layer.norm;
  const at::Tensor& bias = layer.linear.bias();
  if (norm) {
    // One kernel does all that follows, unless a LayerNorm comes first.
    const bool all = !shape_.layer_norm;
    const bool relu = all && shape_.activation;
    h = mode.training ? norm->train(h, bias, relu, all ? mask : at::Tensor(),
                                    mode.freeze_running_stats)
                      : norm->evaluate(h, bias, relu);
    if (all) return h;
  }
  if (shape_.layer_norm)
    h = at::layer_norm(h, {shape_.n_out}, {}, {}, kLayerNormEps);
  if (shape_.activation) h = at::relu(h);
  return mask.defined() ? h * mask : h;
}

void FcLayers::list_state(const StateScope& scope, StateList& out) const {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const StateScope layer = scope.in_layer(
        "fc_layers.Layer " + std::to_string(i), static_cast<int>(i));
    layers_[i].linear.list_state(layer.in("0"), out);
    if (layers_[i].norm) layers_[i].norm->list_state(layer.in("1"), out);
  }
}

}  // namespace scvigor
