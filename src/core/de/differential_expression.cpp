#include <algorithm>

#include "de/sampler.hpp"
#include "de/scale_decoder.hpp"
#include "de/verb.hpp"

namespace scvigor {
namespace {

template <class T>
std::vector<DeTable> compare_decoded(const Vae& vae, const at::Tensor& hidden,
                                     const SampleLayout& layout,
                                     const DeTest& test, const Hooks& hooks) {
  const ScaleDecoder<T> decoder(vae, hidden);
  return compare(decoder.samples(), layout.comparisons, test, hooks);
}

}  // namespace

namespace core {

std::vector<DeTable> differential_expression(Vae& vae, const Cells& cells,
                                             const DeOptions& options,
                                             const Hooks& hooks) {
  Rng rng(derive_seed(options.seed, SeedUse::kInference));
  const SampleLayout layout = layout_samples(options, rng);
  const at::Tensor hidden =
      draw_hidden(vae, cells, options, layout, rng, hooks);
  if (!hidden.defined() || (hooks.interrupted && hooks.interrupted()))
    return {};
  return hidden.scalar_type() == at::kFloat
             ? compare_decoded<float>(vae, hidden, layout, options.test, hooks)
             : compare_decoded<double>(vae, hidden, layout, options.test,
                                       hooks);
}

DeTable compare_samples(const DeSamples& given, const DeTest& test) {
  const auto n1 = given.scale1.n_cols;
  const auto n2 = given.scale2.n_cols;
  ScaleSamples<double> samples;
  samples.n_samples = n1 + n2;
  samples.n_genes = given.scale1.n_rows;
  samples.read = [&](const std::vector<std::int64_t>& genes, double* out) {
    for (const auto gene : genes) {
      out = std::copy_n(given.scale1.values.data() + gene * n1, n1, out);
      out = std::copy_n(given.scale2.values.data() + gene * n2, n2, out);
    }
  };
  ComparedRows comparison;
  for (std::int64_t i = 0; i < n1; ++i)
    comparison.side1.push_back(static_cast<std::int32_t>(i));
  for (std::int64_t i = 0; i < n2; ++i)
    comparison.side2.push_back(static_cast<std::int32_t>(n1 + i));
  comparison.first.assign(given.pair_idx1.begin(), given.pair_idx1.end());
  for (const auto i : given.pair_idx2)
    comparison.second.push_back(static_cast<std::int32_t>(n1 + i));
  comparison.unexpressed1 = given.unexpressed1;
  comparison.unexpressed2 = given.unexpressed2;
  return compare(samples, {comparison}, test, {}).front();
}

}  // namespace core
}  // namespace scvigor
