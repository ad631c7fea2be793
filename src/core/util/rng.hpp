#ifndef SCVIGOR_CORE_UTIL_RNG_HPP
#define SCVIGOR_CORE_UTIL_RNG_HPP

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "util/philox.hpp"

namespace scvigor {

// The core's own random numbers, by counter: element i of the n-th array that
// is drawn at a step is a function of (seed, step, n, i), whatever was drawn
// before, by however many threads. They are drawn on the CPU and then moved, so
// that a seed means the same on every device; torch's global generator is never
// touched. float64 has the normal numbers of float32.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) { stream_.key = seed; }

  // From now on, the numbers of this step, from the first. A new generator is
  // at step 0.
  void seek(std::uint64_t step);

  at::Tensor normal(at::IntArrayRef shape, const at::TensorOptions& options);
  // The same numbers, into a contiguous tensor.
  void fill_normal(const at::Tensor& out);
  // Uniform on [low, high).
  at::Tensor uniform(at::IntArrayRef shape, double low, double high,
                     const at::TensorOptions& options);
  // `value` with probability p, else 0.
  at::Tensor bernoulli(at::IntArrayRef shape, double p,
                       const at::TensorOptions& options, double value = 1.0);
  void fill_bernoulli(const at::Tensor& out, double p, double value = 1.0);
  // One draw for each element: gamma with scale 1, Poisson. LibTorch draws,
  // with a generator for each call.
  at::Tensor standard_gamma(const at::Tensor& shape);
  at::Tensor poisson(const at::Tensor& rate);
  void shuffle(std::vector<std::int64_t>& values);
  // Uniform on [0, 1), of 53 random bits each.
  std::vector<double> fractions(std::int64_t n);

 private:
  // The stream of an array of so many words; the next array has another.
  PhiloxStream take(std::int64_t n_words);
  at::Generator take_generator();

  PhiloxStream stream_;
};

// A seed for one of several independent uses of the user's one seed.
enum class SeedUse : std::uint64_t {
  kWeights,
  kSplit,
  kTraining,
  kInference,
  kShuffle
};
std::uint64_t derive_seed(std::uint64_t seed, SeedUse use);

// A seed for each of several draws. Those of neighboring seeds have none in
// common, as seed + draw would. Draw 0 has the seed itself.
std::uint64_t derive_draw_seed(std::uint64_t seed, std::uint64_t draw);

}  // namespace scvigor

#endif
