#ifndef SCVIGOR_CORE_UTIL_RNG_HPP
#define SCVIGOR_CORE_UTIL_RNG_HPP

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace scvigor {

// The core's own stream of random numbers; torch's global generator is never
// touched. Numbers are drawn on the CPU and then moved, so that a seed means
// the same on every device.
class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  at::Tensor normal(at::IntArrayRef shape, const at::TensorOptions& options);
  // Uniform on [low, high).
  at::Tensor uniform(at::IntArrayRef shape, double low, double high,
                     const at::TensorOptions& options);
  // `value` with probability p, else 0.
  at::Tensor bernoulli(at::IntArrayRef shape, double p,
                       const at::TensorOptions& options, double value = 1.0);
  // One draw for each element: gamma with scale 1, Poisson.
  at::Tensor standard_gamma(const at::Tensor& shape);
  at::Tensor poisson(const at::Tensor& rate);
  void shuffle(std::vector<std::int64_t>& values);

  // Where the stream stands. restore() throws an ArgumentError for bytes that
  // are none of LibTorch's.
  std::vector<std::uint8_t> state() const;
  void restore(const std::vector<std::uint8_t>& state);

 private:
  at::Generator generator_;
};

// A seed for one of several independent uses of the user's one seed.
enum class SeedUse : std::uint64_t { kWeights, kSplit, kTraining, kInference };
std::uint64_t derive_seed(std::uint64_t seed, SeedUse use);

// A seed for each of several draws. Those of neighboring seeds have none in
// common, as seed + draw would. Draw 0 has the seed itself.
std::uint64_t derive_draw_seed(std::uint64_t seed, std::uint64_t draw);

}  // namespace scvigor

#endif
