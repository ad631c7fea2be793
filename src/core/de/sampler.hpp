#ifndef SCVIGOR_CORE_DE_SAMPLER_HPP
#define SCVIGOR_CORE_DE_SAMPLER_HPP

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "de/statistics.hpp"
#include "inference/verbs.hpp"
#include "scvigor/de.hpp"

namespace scvigor {

// Samples of one part of the cells in one batch.
struct Pool {
  std::int64_t part = 0;
  std::int64_t batch = -1;  // -1: each cell's own
  std::int64_t n = 0;       // samples
  std::int64_t first = 0;   // row of the first
};

struct SamplingPlan {
  std::vector<Pool> pools;
  std::int64_t n_samples = 0;
  std::vector<Comparison> comparisons;
};

// Which samples each comparison needs. Parts are sampled once however many
// comparisons they are in: the rest of the cells takes from the samples of
// every other part as many as its share of the cells gives it, each at most
// once.
SamplingPlan plan_samples(const DeOptions& options, Rng& rng);

// What the decoder's last layer is given for every sample, units x samples.
at::Tensor draw_hidden(Vae& vae, const Cells& cells, const DeOptions& options,
                       const SamplingPlan& plan, Rng& rng, const Hooks& hooks);

}  // namespace scvigor

#endif
