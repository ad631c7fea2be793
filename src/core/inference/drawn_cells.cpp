#include "inference/drawn_cells.hpp"

#include <algorithm>
#include <numeric>

#include "data/take_cells.hpp"
#include "inference/blocks.hpp"
#include "kernels/normal_terms.hpp"

namespace scvigor {
namespace {

// All positions, `times` times.
std::vector<std::int64_t> repeated(std::int64_t n, std::int64_t times) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n * times));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int64_t>(i) % n;
  return out;
}

}  // namespace

Cells draw_cells(Vae& vae, const Cells& cells, std::int64_t n_samples,
                 std::int64_t batch_size, Rng& rng, const Hooks& hooks) {
  const auto n = cells.n_cells();
  Cells out = take_cells(cells, repeated(n, n_samples));
  const auto size = static_cast<std::size_t>(n * n_samples);
  const auto n_latent = static_cast<std::size_t>(vae.options().n_latent);
  out.counts = nullptr;
  out.latent_mean.assign(size * n_latent, 0.0);
  out.latent_var.assign(size * n_latent, 0.0);
  out.log_library.assign(size, 0.0);
  for_each_block(
      vae, cells, batch_size, hooks,
      [&](std::int64_t first, const Minibatch& batch, const EncoderOutput& q) {
        for (std::int64_t i = 0; i < n_samples; ++i) {
          const Noise noise = vae.draw_noise(batch.n_cells(), rng);
          put_rows(normal_draw(q.qz.mean, q.qz.var, noise.z), i * n + first,
                   out.latent_mean);
          put_rows(vae.draw_library(q, noise.l), i * n + first,
                   out.log_library);
        }
      });
  return out;
}

std::vector<std::int64_t> choose(const std::vector<double>& weights,
                                 std::int64_t n, Rng& rng) {
  std::vector<double> cumulative(weights.size());
  std::partial_sum(weights.begin(), weights.end(), cumulative.begin());
  const at::Tensor u = rng.uniform({n}, 0.0, 1.0, at::kDouble);
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const double target = u.data_ptr<double>()[i] * cumulative.back();
    const auto found =
        std::upper_bound(cumulative.begin(), cumulative.end() - 1, target);
    out.push_back(found - cumulative.begin());
  }
  return out;
}

}  // namespace scvigor
