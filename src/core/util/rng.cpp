#include "util/rng.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/_standard_gamma.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/poisson.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "scvigor/error.hpp"
#include "simd/dispatch.hpp"
#include "util/parallel.hpp"
#include "util/tensor_pool.hpp"

namespace scvigor {
namespace {

// One step of SplitMix64 (Steele, Lea and Flood 2014).
constexpr std::uint64_t kSplitMixStep = 0x9e3779b97f4a7c15ULL;
SCVIGOR_INLINE std::uint64_t split_mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// out: n numbers, `value` where the high half of a draw is below `bound`,
// else 0
template <class T>
SCVIGOR_INLINE void bernoulli_body(std::uint64_t key, std::uint64_t bound,
                                   T value, std::int64_t n, T* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const auto draw =
        split_mix(key + static_cast<std::uint64_t>(i) * kSplitMixStep);
    out[i] = (draw >> 32) < bound ? value : T(0);
  }
}
SCVIGOR_KERNEL(bernoulli_span, bernoulli_body,
               (std::uint64_t key, std::uint64_t bound, float value,
                std::int64_t n, float* out),
               (key, bound, value, n, out))
SCVIGOR_KERNEL(bernoulli_span, bernoulli_body,
               (std::uint64_t key, std::uint64_t bound, double value,
                std::int64_t n, double* out),
               (key, bound, value, n, out))

at::TensorOptions on_cpu(const at::TensorOptions& options) {
  return options.device(at::kCPU);
}

}  // namespace

Rng::Rng(std::uint64_t seed)
    : generator_(at::detail::createCPUGenerator(seed)) {}

at::Tensor Rng::normal(at::IntArrayRef shape,
                       const at::TensorOptions& options) {
  return at::empty(shape, on_cpu(options))
      .normal_(0.0, 1.0, generator_)
      .to(options.device());
}

at::Tensor Rng::uniform(at::IntArrayRef shape, double low, double high,
                        const at::TensorOptions& options) {
  return empty_in_large_pages(shape, on_cpu(options))
      .uniform_(low, high, generator_)
      .to(options.device());
}

// Element i is element i of the SplitMix64 sequence that starts at a draw of
// the generator: as random, and vectors of them are made at once.
at::Tensor Rng::bernoulli(at::IntArrayRef shape, double p,
                          const at::TensorOptions& options, double value) {
  at::Tensor out = at::empty(shape, on_cpu(options));
  const auto key =
      at::check_generator<at::CPUGeneratorImpl>(generator_)->random64();
  const auto bound = static_cast<std::uint64_t>(std::ldexp(p, 32));
  constexpr std::int64_t kPerTask = 4096;
  parallel_for(0, out.numel(), kPerTask, [&](std::int64_t b, std::int64_t e) {
    const auto first = key + static_cast<std::uint64_t>(b) * kSplitMixStep;
    if (out.scalar_type() == at::kFloat)
      bernoulli_span(first, bound, static_cast<float>(value), e - b,
                     out.data_ptr<float>() + b);
    else
      bernoulli_span(first, bound, value, e - b, out.data_ptr<double>() + b);
  });
  return out.to(options.device());
}

at::Tensor Rng::standard_gamma(const at::Tensor& shape) {
  return at::_standard_gamma(shape.cpu(), generator_).to(shape.device());
}

at::Tensor Rng::poisson(const at::Tensor& rate) {
  return at::poisson(rate.cpu(), generator_).to(rate.device());
}

void Rng::shuffle(std::vector<std::int64_t>& values) {
  // Fisher and Yates. The bias of the modulus is below n / 2^64.
  auto* bits = at::check_generator<at::CPUGeneratorImpl>(generator_);
  for (std::uint64_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[bits->random64() % i]);
}

std::vector<std::uint8_t> Rng::state() const {
  const at::Tensor bytes = generator_.get_state().contiguous();
  const auto* from = bytes.data_ptr<std::uint8_t>();
  return {from, from + bytes.numel()};
}

void Rng::restore(const std::vector<std::uint8_t>& state) {
  const at::Tensor expected = generator_.get_state();
  if (static_cast<std::int64_t>(state.size()) != expected.numel())
    throw ArgumentError("state",
                        "The saved state of the random numbers is not one of "
                        "this version of LibTorch.");
  at::Tensor bytes = at::empty({expected.numel()}, at::kByte);
  std::copy(state.begin(), state.end(), bytes.data_ptr<std::uint8_t>());
  generator_.set_state(bytes);
}

std::uint64_t derive_seed(std::uint64_t seed, SeedUse use) {
  return split_mix(seed +
                   kSplitMixStep * (static_cast<std::uint64_t>(use) + 1));
}

std::uint64_t derive_draw_seed(std::uint64_t seed, std::uint64_t draw) {
  if (draw == 0) return seed;
  return split_mix(split_mix(~seed) + kSplitMixStep * draw);
}

}  // namespace scvigor
