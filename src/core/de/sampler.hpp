#ifndef SCVIGOR_CORE_DE_SAMPLER_HPP
#define SCVIGOR_CORE_DE_SAMPLER_HPP

#include <ATen/core/Tensor.h>

#include "de/sample_layout.hpp"
#include "inference/verbs.hpp"
#include "scvigor/de.hpp"

namespace scvigor {

// The input of the decoder's last layer for every sample, units x samples.
at::Tensor draw_hidden(Vae& vae, const Cells& cells, const DeOptions& options,
                       const SampleLayout& layout, Rng& rng,
                       const Hooks& hooks);

}  // namespace scvigor

#endif
