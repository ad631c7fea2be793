#ifndef SCVIGOR_CORE_INFERENCE_MARGINAL_HPP
#define SCVIGOR_CORE_INFERENCE_MARGINAL_HPP

#include "model/vae.hpp"

namespace scvigor {

// log p(x, z, l) - log q(z, l | x) of each cell (n) for one draw.
at::Tensor log_importance_weight(Vae& vae, const Minibatch& batch,
                                 const EncoderOutput& q, const Noise& noise);

}  // namespace scvigor

#endif
