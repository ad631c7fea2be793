#ifndef SCVIGOR_CORE_INFERENCE_DECODE_HPP
#define SCVIGOR_CORE_INFERENCE_DECODE_HPP

#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>

#include <cstdint>
#include <vector>

#include "inference/blocks.hpp"

namespace scvigor {

// Throws an ArgumentError for batches or genes that the model lacks.
void check_decode_options(const DecodeOptions& options,
                          const ModelOptions& model);

// Columns `genes` of a matrix (all, where the list is empty).
class GeneSubset {
 public:
  GeneSubset(const std::vector<std::int64_t>& genes, const Vae& vae);
  at::Tensor of(const at::Tensor& matrix) const;

 private:
  at::Tensor columns_;  // undefined: all
};

// What one draw from the posteriors of n cells takes.
inline Noise draw_for(const Vae& vae, std::int64_t n,
                      const DecodeOptions& options, Rng& rng) {
  return options.posterior_mean ? Noise{} : vae.draw_noise(n, rng);
}

// Calls visit(decoded) with what the decoder makes of one draw of z in each of
// the asked batches.
template <class Visitor>
void decode_logits(Vae& vae, const Minibatch& batch, const EncoderOutput& q,
                   const DecodeOptions& options, const Noise& noise,
                   Visitor visit) {
  const at::Tensor z = vae.draw_z(q.qz, noise.z);
  const at::Tensor library = vae.draw_library(q, noise.l);
  const auto in_batch = [&](const at::Tensor& s) {
    visit(vae.decode(z, library, batch, s, Mode{}));
  };
  if (options.transform_batch.empty()) return in_batch(batch.batch);
  for (const auto code : options.transform_batch)
    in_batch(batch.batch.defined()
                 ? at::full_like(batch.batch, code)
                 : at::full({batch.n_cells()}, code,
                            vae.tensor_options().dtype(at::kLong)));
}

// The same with the LikelihoodParameters of each.
template <class Visitor>
void decode_draw(Vae& vae, const Minibatch& batch, const EncoderOutput& q,
                 const DecodeOptions& options, Rng& rng, Visitor visit) {
  decode_logits(
      vae, batch, q, options, draw_for(vae, batch.n_cells(), options, rng),
      [&](const LikelihoodInput& decoded) { visit(parameters_of(decoded)); });
}

// A mean that is fed one term at a time.
class RunningMean {
 public:
  void add(const at::Tensor& value) {
    sum_ = sum_.defined() ? sum_.add_(value) : value.clone();
    ++n_;
  }
  bool empty() const { return n_ == 0; }
  // The mean, and a fresh start.
  at::Tensor take();

 private:
  at::Tensor sum_;
  std::int64_t n_ = 0;
};

// Hands the rows of `values` to a sink, in double precision.
template <class Call>
void with_rows(std::int64_t first, const at::Tensor& values, Call call) {
  const at::Tensor rows = values.to(at::kCPU, at::kDouble).contiguous();
  call(RowBlock{first, rows.size(0), rows.size(1), rows.data_ptr<double>()});
}

}  // namespace scvigor

#endif
