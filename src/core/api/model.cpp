#include "scvigor/model.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <map>

#include "api/errors.hpp"
#include "model/vae.hpp"

namespace scvigor {
namespace {

// The prior that a saved state holds, or one to be overwritten by it.
LibraryPrior placeholder_prior(const ModelOptions& options) {
  const auto n = static_cast<std::size_t>(std::max<std::int64_t>(
      options.n_batch, 1));
  return {std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)};
}

StateTensor to_plain(const StateEntry& entry) {
  const at::Tensor value = entry.read().to(at::kCPU, at::kDouble).contiguous();
  const double* from = value.data_ptr<double>();
  return {entry.name, entry.shape,
          std::vector<double>(from, from + value.numel())};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto n : shape)
    text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text.empty() ? "a scalar" : text;
}

void load_entry(const StateEntry& entry,
                const std::map<std::string, const StateTensor*>& saved) {
  const auto found = saved.find(entry.name);
  if (found == saved.end())
    throw ArgumentError("state", "The saved weights lack \"" + entry.name +
                                     "\".");
  const StateTensor& from = *found->second;
  std::int64_t numel = 1;
  for (const auto n : entry.shape) numel *= n;
  if (from.shape != entry.shape ||
      static_cast<std::int64_t>(from.values.size()) != numel)
    throw ArgumentError("state", "The saved weights \"" + entry.name +
                                     "\" are " + shape_text(from.shape) +
                                     ", but the model needs " +
                                     shape_text(entry.shape) + ".");
  entry.write(at::tensor(from.values, at::kDouble).reshape(entry.shape));
}

}  // namespace

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
  std::map<std::string, const StateTensor*> saved;
  for (const auto& tensor : state) saved[tensor.name] = &tensor;
  without_torch_errors([&] {
    for (const auto& entry : vae_->state().entries()) load_entry(entry, saved);
  });
}

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const ModelOptions& Model::options() const { return vae_->options(); }

State Model::state() const {
  return without_torch_errors([&] {
    State out;
    for (const auto& entry : vae_->state().entries())
      out.push_back(to_plain(entry));
    return out;
  });
}

std::int64_t Model::n_parameters() const {
  std::int64_t total = 0;
  for (const auto& parameter : vae_->state().parameters())
    total += parameter.numel();
  return total;
}

}  // namespace scvigor
