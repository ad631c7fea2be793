#ifndef SCVIGOR_CORE_INFERENCE_DRAWN_CELLS_HPP
#define SCVIGOR_CORE_INFERENCE_DRAWN_CELLS_HPP

#include <cstdint>
#include <vector>

#include "inference/verbs.hpp"

namespace scvigor {

// Draws from the posteriors of cells as minified cells: the draw (before any
// softmax) is the mean of z, with variance 0, and the drawn library size the
// library size. All first draws, then all second draws.
Cells draw_cells(Vae& vae, const Cells& cells, std::int64_t n_samples,
                 std::int64_t batch_size, Rng& rng, const Hooks& hooks);

// `n` positions, with replacement, with probabilities proportional to
// `weights`.
std::vector<std::int64_t> choose(const std::vector<double>& weights,
                                 std::int64_t n, Rng& rng);

// `options.n_samples_overall` draws from the posteriors of all cells together,
// resampled from a pool with importance weights.
Cells choose_by_importance(Vae& vae, const Cells& cells,
                           const OverallOptions& options, Rng& rng,
                           const Hooks& hooks);

// The weights of importance_weights() for a pool of draws from `cells`.
std::vector<double> weights_of_draws(Vae& vae, const Cells& draws,
                                     const Cells& cells,
                                     const OverallOptions& options, Rng& rng,
                                     const Hooks& hooks);

}  // namespace scvigor

#endif
