#ifndef SCVIGOR_CORE_NN_FC_LAYERS_HPP
#define SCVIGOR_CORE_NN_FC_LAYERS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/batch_norm.hpp"
#include "nn/linear.hpp"

namespace scvigor {

// Training or evaluation, and the source of training's noise.
struct Mode {
  bool training = false;
  Rng* rng = nullptr;  // needed in training with dropout
  // In training only: what a query freezes.
  bool dropout = true;
  bool freeze_running_stats = false;  // BatchNorm's
};

// Hidden layers: Linear -> BatchNorm -> LayerNorm -> ReLU -> Dropout, each.
class FcLayers {
 public:
  struct Shape {
    std::int64_t n_counts = 0;
    std::int64_t n_dense = 0;
    std::vector<std::int64_t> n_levels;  // of each one-hot covariate, all > 1
    std::int64_t n_out = 128;
    std::int64_t n_layers = 1;
    double dropout_rate = 0.0;
    bool batch_norm = true;
    bool layer_norm = false;
    bool inject_covariates = true;  // in every layer, else in the first
    bool activation = true;
    bool bias = true;
  };

  FcLayers(const Shape& shape, const at::TensorOptions& options, Rng& rng);

  at::Tensor forward(const LayerInput& input, const Mode& mode);
  void list_state(const StateScope& scope, StateList& out) const;

  const Linear& linear(std::size_t layer) const {
    return layers_[layer].linear;
  }
  const std::optional<BatchNorm>& batch_norm(std::size_t layer) const {
    return layers_[layer].norm;
  }

 private:
  struct Layer {
    Linear linear;
    std::optional<BatchNorm> norm;
  };

  at::Tensor after_linear(Layer& layer, at::Tensor h, const at::Tensor& mask,
                          const Mode& mode);

  Shape shape_;
  std::vector<Layer> layers_;
};

}  // namespace scvigor

#endif
