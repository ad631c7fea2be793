#include "de/scale_decoder.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/scale_by_gene.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"

namespace scvigor {
namespace {

// A tile of logits fits the cache between product and sum.
constexpr std::int64_t kTileSamples = 512;
constexpr std::int64_t kTileGenes = 64;

}  // namespace

template <class T>
ScaleDecoder<T>::ScaleDecoder(const Vae& vae, const at::Tensor& hidden)
    : hidden_(hidden.detach().to(at::kCPU).contiguous()) {
  const at::NoGradGuard no_grad;
  const ScaleHead head = vae.scale_head();
  weight_ = head.weight.detach().t().to(at::kCPU).contiguous();
  const at::Tensor bias = head.bias.detach().to(at::kCPU).contiguous();
  bias_.assign(bias.data_ptr<T>(), bias.data_ptr<T>() + bias.numel());
  if (!vae.options().use_size_factor) find_log_norm();
}

template <class T>
void ScaleDecoder<T>::product(const at::Tensor& weight, std::int64_t first,
                              std::int64_t n, T* out) const {
  const auto n_samples = hidden_.size(1);
  const auto n_units = hidden_.size(0);
  if constexpr (std::is_same_v<T, float>) {
    const MatrixView a{weight.data_ptr<float>(), n_units, 1};
    const MatrixView b{hidden_.data_ptr<float>() + first, n_samples, 1};
    gemm({a, b, {weight.size(0), n_units, n}, {out, n}});
  } else {
    const at::NoGradGuard no_grad;
    const at::Tensor logits = at::mm(weight, hidden_.narrow(1, first, n));
    std::copy_n(logits.template data_ptr<T>(), logits.numel(), out);
  }
}

template <class T>
void ScaleDecoder<T>::find_log_norm() {
  const auto n_samples = hidden_.size(1);
  const auto n_genes = weight_.size(0);
  log_norm_.assign(static_cast<std::size_t>(n_samples), T(0));
  const auto n_tiles = ceil_div(n_samples, kTileSamples);
  parallel_for(0, n_tiles, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    std::vector<T> logits(kTileGenes * kTileSamples);
    std::vector<T> max(kTileSamples);
    std::vector<T> sum(kTileSamples);
    for (auto tile = begin; tile < end; ++tile) {
      const auto first = tile * kTileSamples;
      const auto n = std::min(kTileSamples, n_samples - first);
      std::fill(max.begin(), max.end(), std::numeric_limits<T>::lowest());
      std::fill(sum.begin(), sum.end(), T(0));
      for (std::int64_t gene = 0; gene < n_genes; gene += kTileGenes) {
        const auto rows = std::min(kTileGenes, n_genes - gene);
        product(weight_.narrow(0, gene, rows), first, n, logits.data());
        for (std::int64_t k = 0; k < rows; ++k)
          add_exponentials(logits.data() + k * n,
                           bias_[static_cast<std::size_t>(gene + k)],
                           max.data(), sum.data(), n);
      }
      for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        log_norm_[static_cast<std::size_t>(first + i)] =
            max[at] + std::log(sum[at]);
      }
    }
  });
}

template <class T>
void ScaleDecoder<T>::read(const std::vector<std::int64_t>& genes,
                           T* out) const {
  const at::NoGradGuard no_grad;
  const auto n_samples = hidden_.size(1);
  const at::Tensor rows =
      at::index_select(weight_, 0, at::tensor(genes, at::kLong));
  product(rows, 0, n_samples, out);
  for (std::size_t k = 0; k < genes.size(); ++k) {
    T* row = out + static_cast<std::int64_t>(k) * n_samples;
    const T bias = bias_[static_cast<std::size_t>(genes[k])];
    if (log_norm_.empty())
      softplus_of_gene(row, bias, n_samples);
    else
      softmax_of_gene(row, bias, log_norm_.data(), n_samples);
  }
}

template <class T>
ScaleSamples<T> ScaleDecoder<T>::samples() const {
  return {hidden_.size(1), weight_.size(0),
          [this](const std::vector<std::int64_t>& genes, T* out) {
            read(genes, out);
          }};
}

template class ScaleDecoder<float>;
template class ScaleDecoder<double>;

}  // namespace scvigor
