#ifndef SCVIGOR_CORE_NN_ENCODER_HPP
#define SCVIGOR_CORE_NN_ENCODER_HPP

#include <string>

#include "nn/fc_layers.hpp"
#include "scvigor/choices.hpp"

namespace scvigor {

// A normal with independent dimensions for each cell: n x n_out.
struct NormalParameters {
  at::Tensor mean;
  at::Tensor var;
};

// Hidden layers and two heads: the q(z | x) of the z encoder and the q(l | x)
// of the library encoder.
class Encoder {
 public:
  Encoder(const FcLayers::Shape& hidden, std::int64_t n_out,
          VarActivation var_activation, const at::TensorOptions& options,
          Rng& rng);

  NormalParameters forward(const LayerInput& input, const Mode& mode);
  void list_state(const StateScope& scope, StateList& out) const;

 private:
  VarActivation var_activation_;
  FcLayers hidden_;
  Linear mean_head_;
  Linear var_head_;
};

}  // namespace scvigor

#endif
