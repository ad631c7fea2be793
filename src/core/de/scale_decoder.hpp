#ifndef SCVIGOR_CORE_DE_SCALE_DECODER_HPP
#define SCVIGOR_CORE_DE_SCALE_DECODER_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "de/statistics.hpp"
#include "model/vae.hpp"

namespace scvigor {

// px_scale of samples, a few genes at a time, from the input of the decoder's
// last layer. The denominator of the softmax is computed in a first pass over
// the genes. Always on the CPU, whose threads read a few genes at a time.
template <class T>
class ScaleDecoder {
 public:
  // hidden: units x samples
  ScaleDecoder(const Vae& vae, const at::Tensor& hidden);

  ScaleSamples<T> samples() const;

 private:
  // The logits without bias of some genes and samples, genes x samples.
  void product(const at::Tensor& weight, std::int64_t first, std::int64_t n,
               T* out) const;
  void find_log_norm();
  void read(const std::vector<std::int64_t>& genes, T* out) const;

  at::Tensor hidden_;  // units x samples
  at::Tensor weight_;  // genes x units
  std::vector<T> bias_;
  std::vector<T> log_norm_;  // of each sample; empty with softplus
};

}  // namespace scvigor

#endif
