// The core's own random numbers.

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "catch.hpp"
#include "util/rng.hpp"

using namespace scvigor;

namespace {

std::vector<std::int64_t> shuffled(std::uint64_t seed, std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  Rng(seed).shuffle(values);
  return values;
}

}  // namespace

TEST_CASE("a seed fixes every kind of number, and another changes it") {
  Rng a(3);
  Rng b(3);
  Rng c(4);
  const at::Tensor first = a.normal({50}, at::kFloat);
  CHECK(b.normal({50}, at::kFloat).equal(first));
  CHECK_FALSE(c.normal({50}, at::kFloat).equal(first));
  CHECK(a.uniform({50}, 0, 1, at::kFloat)
            .equal(b.uniform({50}, 0, 1, at::kFloat)));
  CHECK(a.bernoulli({50}, 0.5, at::kFloat)
            .equal(b.bernoulli({50}, 0.5, at::kFloat)));
  CHECK(shuffled(3, 100) == shuffled(3, 100));
  CHECK(shuffled(3, 100) != shuffled(4, 100));
}

TEST_CASE("numbers follow their distributions") {
  Rng rng(1);
  const at::Tensor z = rng.normal({100000}, at::kDouble);
  CHECK(z.mean().item<double>() == Approx(0.0).margin(0.02));
  CHECK(z.std().item<double>() == Approx(1.0).margin(0.02));
  const at::Tensor u = rng.uniform({100000}, -2.0, 3.0, at::kDouble);
  CHECK(u.min().item<double>() >= -2.0);
  CHECK(u.max().item<double>() < 3.0);
  CHECK(u.mean().item<double>() == Approx(0.5).margin(0.03));
  const at::Tensor b = rng.bernoulli({100000}, 0.3, at::kDouble);
  CHECK(b.mean().item<double>() == Approx(0.3).margin(0.01));
  CHECK(((b == 0) | (b == 1)).all().item<bool>());
}

TEST_CASE("a shuffle is a permutation in which every place is as likely") {
  auto sorted = shuffled(1, 1000);
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i < 1000; ++i)
    REQUIRE(sorted[static_cast<std::size_t>(i)] == i);
  // Where the first of five lands, in 5000 shuffles.
  std::vector<int> places(5, 0);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    const auto values = shuffled(seed, 5);
    ++places[static_cast<std::size_t>(
        std::find(values.begin(), values.end(), 0) - values.begin())];
  }
  for (const int count : places) {
    CHECK(count > 880);
    CHECK(count < 1120);
  }
}

TEST_CASE("an empty or single value can be shuffled") {
  CHECK(shuffled(1, 0).empty());
  CHECK(shuffled(1, 1) == std::vector<std::int64_t>{0});
}

TEST_CASE("neighboring seeds share no draws") {
  std::set<std::uint64_t> seeds;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, 3ULL, ~0ULL})
    for (std::uint64_t draw = 0; draw < 100; ++draw)
      seeds.insert(derive_draw_seed(seed, draw));
  CHECK(seeds.size() == 500);
  CHECK(derive_draw_seed(7, 0) == 7);
}

TEST_CASE("the uses of one seed get seeds of their own") {
  std::set<std::uint64_t> seeds;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, ~0ULL})
    for (const auto use : {SeedUse::kWeights, SeedUse::kSplit,
                           SeedUse::kTraining, SeedUse::kInference})
      seeds.insert(derive_seed(seed, use));
  CHECK(seeds.size() == 16);
}
