#include "util/rng.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/_standard_gamma.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/poisson.h>

#include <algorithm>
#include <utility>

#include "scvigor/error.hpp"

namespace scvigor {
namespace {

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
  return at::empty(shape, on_cpu(options))
      .uniform_(low, high, generator_)
      .to(options.device());
}

at::Tensor Rng::bernoulli(at::IntArrayRef shape, double p,
                          const at::TensorOptions& options) {
  return at::empty(shape, on_cpu(options))
      .bernoulli_(p, generator_)
      .to(options.device());
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
  // One step of SplitMix64 (Steele, Lea and Flood 2014).
  std::uint64_t z =
      seed + 0x9e3779b97f4a7c15ULL * (static_cast<std::uint64_t>(use) + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace scvigor
