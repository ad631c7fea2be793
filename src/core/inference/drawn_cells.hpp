#ifndef SCVIGOR_CORE_INFERENCE_DRAWN_CELLS_HPP
#define SCVIGOR_CORE_INFERENCE_DRAWN_CELLS_HPP

#include <cstdint>
#include <vector>

#include "inference/verbs.hpp"

namespace scvigor {

// Draws from the posteriors of cells as cells of their own: without counts,
// the draw (before any softmax) as the mean of z, the drawn library size as
// theirs. All first draws come first, then all second ones.
Cells draw_cells(Vae& vae, const Cells& cells, std::int64_t n_samples,
                 std::int64_t batch_size, Rng& rng, const Hooks& hooks);

// `n` of the positions that `weights` has, with replacement, each as likely
// as its weight.
std::vector<std::int64_t> choose(const std::vector<double>& weights,
                                 std::int64_t n, Rng& rng);

// `options.n_samples_overall` draws from the posteriors of all cells together,
// by importance: from a pool, with replacement, as the weights say.
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
