#include "util/rng.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/_standard_gamma.h>
#include <ATen/ops/poisson.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "simd/dispatch.hpp"
#include "util/ceil_div.hpp"
#include "util/parallel.hpp"
#include "util/random_tile.hpp"
#include "util/tensor_pool.hpp"
#include "util/tensor_utils.hpp"

namespace scvigor {
namespace {

// One step of SplitMix64 (Steele, Lea and Flood 2014).
constexpr std::uint64_t kSplitMixStep = 0x9e3779b97f4a7c15ULL;
SCVIGOR_INLINE std::uint64_t split_mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

#define SCVIGOR_RANDOM_KERNEL(Tile, T)                          \
  SCVIGOR_KERNEL(random_span, random_numbers,                   \
                 (const PhiloxStream& stream, const Tile& make, \
                  std::uint64_t first, std::int64_t n, T* out), \
                 (stream, make, first, n, out))
SCVIGOR_RANDOM_KERNEL(NormalTile, float)
SCVIGOR_RANDOM_KERNEL(NormalTile, double)
SCVIGOR_RANDOM_KERNEL(UniformTile, float)
SCVIGOR_RANDOM_KERNEL(UniformTile, double)
SCVIGOR_RANDOM_KERNEL(BernoulliTile, float)
SCVIGOR_RANDOM_KERNEL(BernoulliTile, double)
#undef SCVIGOR_RANDOM_KERNEL

// 64 random bits; two of a block.
std::uint64_t half_block(const PhiloxStream& stream, std::uint64_t i) {
  const PhiloxWords c = stream.block(i / 2);
  return i % 2 == 0 ? std::uint64_t{c.c1} << 32 | c.c0
                    : std::uint64_t{c.c3} << 32 | c.c2;
}

at::TensorOptions on_cpu(const at::TensorOptions& options) {
  return options.device(at::kCPU);
}

// Fills an array with numbers that `make` gives, on all threads.
template <class Tile>
void fill_random(const at::Tensor& to, const PhiloxStream& stream,
                 const Tile& make) {
  constexpr std::int64_t kTilesPerTask = 64;
  const at::Tensor out =
      to.is_cpu() ? to : empty_in_large_pages(to.sizes(), on_cpu(to.options()));
  const auto n = out.numel();
  parallel_for(0, ceil_div(n, kTileNumbers), kTilesPerTask,
               [&](std::int64_t b, std::int64_t e) {
                 const auto first = static_cast<std::uint64_t>(b);
                 const auto begin = b * kTileNumbers;
                 const auto size = std::min(n, e * kTileNumbers) - begin;
                 if (out.scalar_type() == at::kFloat)
                   random_span(stream, make, first, size,
                               out.data_ptr<float>() + begin);
                 else
                   random_span(stream, make, first, size,
                               out.data_ptr<double>() + begin);
               });
  if (!to.is_cpu()) to.copy_(out);
}

}  // namespace

void Rng::seek(std::uint64_t step) {
  stream_.step = step;
  stream_.draw = 0;
}

PhiloxStream Rng::take(std::int64_t n_words) {
  const PhiloxStream out = stream_;
  stream_.draw += 1 + static_cast<std::uint32_t>(n_words >> 34);
  return out;
}

at::Generator Rng::take_generator() {
  const PhiloxWords c = take(1).block(0);
  return at::detail::createCPUGenerator(std::uint64_t{c.c1} << 32 | c.c0);
}

at::Tensor Rng::normal(at::IntArrayRef shape,
                       const at::TensorOptions& options) {
  const at::Tensor out = empty_in_large_pages(shape, options);
  fill_normal(out);
  return out;
}

void Rng::fill_normal(const at::Tensor& out) {
  fill_random(out, take(out.numel()), NormalTile());
}

at::Tensor Rng::uniform(at::IntArrayRef shape, double low, double high,
                        const at::TensorOptions& options) {
  const at::Tensor out = empty_in_large_pages(shape, options);
  fill_random(out, take(out.numel()), UniformTile{low, high});
  return out;
}

at::Tensor Rng::bernoulli(at::IntArrayRef shape, double p,
                          const at::TensorOptions& options, double value) {
  const at::Tensor out = empty_in_large_pages(shape, options);
  fill_bernoulli(out, p, value);
  return out;
}

void Rng::fill_bernoulli(const at::Tensor& out, double p, double value) {
  const auto stream = take(out.numel());
  constexpr double kWords = 4294967296.0;
  if (p >= 1.0)
    set_all(out, value);
  else
    fill_random(out, stream,
                BernoulliTile{static_cast<std::uint32_t>(p * kWords), value});
}

at::Tensor Rng::standard_gamma(const at::Tensor& shape) {
  return at::_standard_gamma(shape.cpu(), take_generator()).to(shape.device());
}

at::Tensor Rng::poisson(const at::Tensor& rate) {
  return at::poisson(rate.cpu(), take_generator()).to(rate.device());
}

// Fisher and Yates, with half a block for each value. The bias of the modulus
// is below n / 2^64.
void Rng::shuffle(std::vector<std::int64_t>& values) {
  const auto stream = take(2 * static_cast<std::int64_t>(values.size()));
  for (std::uint64_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[half_block(stream, i) % i]);
}

std::vector<double> Rng::fractions(std::int64_t n) {
  constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53
  const auto stream = take(2 * n);
  std::vector<double> out(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<double>(half_block(stream, i) >> 11) * kUnit;
  return out;
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
