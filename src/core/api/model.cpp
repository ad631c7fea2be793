#include "scvigor/model.hpp"

#include <algorithm>

#include "api/errors.hpp"
#include "distributions/likelihood.hpp"
#include "model/state_io.hpp"
#include "model/vae.hpp"

namespace scvigor {
namespace {

// A prior of the right size, which the saved state overwrites.
LibraryPrior placeholder_prior(const ModelOptions& options) {
  const auto n =
      static_cast<std::size_t>(std::max<std::int64_t>(options.n_batch, 1));
  return {std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)};
}

}  // namespace

LikelihoodTraits likelihood_traits(GeneLikelihood choice) {
  return likelihood_of(choice).traits;
}

Model::Model(const ModelOptions& options, std::uint64_t seed,
             const LibraryPrior& prior)
    : vae_(without_torch_errors([&] {
        return std::make_unique<Vae>(
            options, derive_seed(seed, SeedUse::kWeights), prior);
      })) {}

Model::Model(const ModelOptions& options, const State& state)
    : vae_(without_torch_errors([&] {
        return std::make_unique<Vae>(options, 0, placeholder_prior(options));
      })) {
  without_torch_errors([&] { write_state(vae_->state(), state); });
}

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const ModelOptions& Model::options() const { return vae_->options(); }

State Model::state() const {
  return without_torch_errors([&] { return read_state(vae_->state()); });
}

std::int64_t Model::n_parameters() const {
  std::int64_t total = 0;
  for (const auto& parameter : vae_->state().parameters())
    total += parameter.numel();
  return total;
}

}  // namespace scvigor
