#ifndef SCVIGOR_CORE_INFERENCE_DECODE_HPP
#define SCVIGOR_CORE_INFERENCE_DECODE_HPP

#include <cstdint>
#include <vector>

#include "inference/blocks.hpp"
#include "inference/running_mean.hpp"

namespace scvigor {

// Columns `genes` of a matrix; all if the list is empty.
class GeneSubset {
 public:
  GeneSubset(const std::vector<std::int64_t>& genes, const Vae& vae);
  at::Tensor of(const at::Tensor& matrix) const;

 private:
  at::Tensor columns_;  // undefined: all
};

// Standard normal noise for one draw from the posteriors of n cells; none with
// `posterior_mean`.
inline Noise noise_for(const Vae& vae, std::int64_t n, bool posterior_mean,
                       Rng& rng) {
  return posterior_mean ? Noise{} : vae.draw_noise(n, rng);
}

// Decodes one draw of z as each of options.transform_batch, or as the cells'
// own batches, and calls visit(LikelihoodInput).
template <class Visitor>
void decode_draw(Vae& vae, const Minibatch& cells, const EncoderOutput& q,
                 const DecodeOptions& options, const Noise& noise,
                 Visitor visit) {
  const at::Tensor z = vae.draw_z(q.qz, noise.z);
  const at::Tensor library = vae.draw_library(q, noise.l);
  if (options.transform_batch.empty())
    return visit(vae.decode(z, library, cells, Mode{}));
  for (const auto code : options.transform_batch)
    visit(vae.decode(z, library, as_batch(cells, code), Mode{}));
}

// Draws z options.n_samples times for every block of cells. Calls
// visit(first, sample, in_each_batch), where in_each_batch(use) calls
// use(LikelihoodParameters) as decode_draw() does.
template <class Visitor>
void for_each_draw(Vae& vae, const Cells& cells, const DecodeOptions& options,
                   Rng& rng, const Hooks& hooks, Visitor visit) {
  for_each_block(
      vae, cells, options.batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const EncoderOutput& q) {
        for (std::int64_t i = 0; i < options.n_samples; ++i) {
          // a block may take billions of draws
          if (hooks.interrupted && hooks.interrupted()) return;
          visit(first, i, [&](auto use) {
            decode_draw(
                vae, batch, q, options,
                noise_for(vae, batch.n_cells(), options.posterior_mean, rng),
                [&](const LikelihoodInput& decoded) {
                  use(parameters_of(decoded));
                });
          });
        }
      });
}

// Calls call(RowBlock) with the rows of `values`, in double precision.
template <class Call>
void with_rows(std::int64_t first, const at::Tensor& values, Call call) {
  const at::Tensor rows = values.to(at::kCPU, at::kDouble).contiguous();
  call(RowBlock{first, rows.size(0), rows.size(1), rows.data_ptr<double>()});
}

}  // namespace scvigor

#endif
