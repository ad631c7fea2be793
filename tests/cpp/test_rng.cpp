// The core's own random numbers.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "catch.hpp"
#include "count_up.hpp"
#include "scvigor/runtime.hpp"
#include "util/rng.hpp"

using namespace scvigor;
using support::count_up;

namespace {

std::vector<std::int64_t> shuffled(std::uint64_t seed, std::int64_t n) {
  std::vector<std::int64_t> values = count_up(n);
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

TEST_CASE("Philox4x32-10 gives the words of Random123's known answers") {
  // kat_vectors of https://github.com/DEShawResearch/random123
  const auto words = [](PhiloxWords counter, std::uint32_t k0,
                        std::uint32_t k1) {
    const PhiloxWords c = philox(counter, k0, k1);
    return std::vector<std::uint32_t>{c.c0, c.c1, c.c2, c.c3};
  };
  constexpr std::uint32_t kAll = 0xffffffff;
  using Words = std::vector<std::uint32_t>;
  CHECK(words({0, 0, 0, 0}, 0, 0) ==
        Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(words({kAll, kAll, kAll, kAll}, kAll, kAll) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(words({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822,
              0x299f31d0) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("numbers are a function of seed, step, array and index") {
  Rng rng(3);
  rng.seek(7);
  const at::Tensor first = rng.normal({300}, at::kFloat);
  const at::Tensor second = rng.normal({300}, at::kFloat);
  CHECK_FALSE(first.equal(second));
  rng.seek(8);
  CHECK_FALSE(rng.normal({300}, at::kFloat).equal(first));
  // another generator, whatever it drew before
  Rng other(3);
  other.uniform({1000}, 0.0, 1.0, at::kFloat);
  other.seek(7);
  CHECK(other.normal({300}, at::kFloat).equal(first));
  CHECK(other.normal({300}, at::kFloat).equal(second));
  // the first elements of a longer array are those of a shorter one
  other.seek(7);
  CHECK(other.normal({5000}, at::kFloat).narrow(0, 0, 300).equal(first));
  // of another shape and type
  other.seek(7);
  CHECK(other.normal({30, 10}, at::kDouble)
            .to(at::kFloat)
            .reshape({300})
            .equal(first));
}

TEST_CASE("numbers do not depend on the number of threads") {
  const auto draws = [](int n_threads) {
    const ThreadScope threads(n_threads);
    Rng rng(3);
    const std::int64_t n = 100003;
    return std::vector<at::Tensor>{rng.normal({n}, at::kFloat),
                                   rng.uniform({n}, -1.0, 2.0, at::kFloat),
                                   rng.bernoulli({n}, 0.3, at::kDouble, 2.0)};
  };
  const auto expected = draws(1);
  for (const int n_threads : {2, 3, 4}) {
    const auto found = draws(n_threads);
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found[i].equal(expected[i]));
  }
}

TEST_CASE(
    "normal numbers are those of Box and Muller, to float32's precision") {
  const PhiloxStream stream{11, 0, 0};
  const at::Tensor z = Rng(11).normal({64}, at::kDouble);
  const double turn = 2.0 * std::acos(-1.0);
  for (std::int64_t j = 0; j < 16; ++j) {
    const PhiloxWords c = stream.block(static_cast<std::uint64_t>(j));
    const auto radius = [](std::uint32_t word) {
      return std::sqrt(-2.0 * std::log((word + 0.5) / 4294967296.0));
    };
    // the angle's lower 30 bits count from -1/2 to 1/2 of a quarter turn
    const auto angle = [&](std::uint32_t word) {
      const double f = static_cast<std::int32_t>(word << 2) / 4294967296.0;
      return turn / 4.0 * ((word >> 30) + f);
    };
    const auto at = [&](std::int64_t word) {
      return z[16 * word + j].item<double>();
    };
    CHECK(at(0) == Approx(radius(c.c0) * std::cos(angle(c.c1))).margin(2e-6));
    CHECK(at(1) == Approx(radius(c.c0) * std::sin(angle(c.c1))).margin(2e-6));
    CHECK(at(2) == Approx(radius(c.c2) * std::cos(angle(c.c3))).margin(2e-6));
    CHECK(at(3) == Approx(radius(c.c2) * std::sin(angle(c.c3))).margin(2e-6));
  }
}

TEST_CASE("normal numbers have the normal distribution's tails and no memory") {
  Rng rng(5);
  const std::int64_t n = 1000000;
  const at::Tensor z = rng.normal({n}, at::kDouble);
  const auto share = [&](double x) {
    return z.gt(x).sum().item<double>() / static_cast<double>(n);
  };
  for (const double x : {-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0}) {
    const double p = 0.5 * std::erfc(x / std::sqrt(2.0));
    CHECK(std::abs(share(x) - p) <
          5.0 * std::sqrt(p * (1.0 - p) / static_cast<double>(n)));
  }
  CHECK(z.pow(4).mean().item<double>() == Approx(3.0).margin(0.05));
  for (const std::int64_t lag : {1, 16, 32, 48, 64})
    CHECK(std::abs((z.narrow(0, 0, n - lag) * z.narrow(0, lag, n - lag))
                       .mean()
                       .item<double>()) < 0.005);
}

TEST_CASE("the limits of uniform and Bernoulli numbers hold") {
  Rng rng(1);
  const at::Tensor u = rng.uniform({1 << 20}, 0.0, 1.0, at::kFloat);
  CHECK(u.max().item<double>() < 1.0);
  CHECK(u.min().item<double>() >= 0.0);
  CHECK(rng.bernoulli({1000}, 1.0, at::kFloat, 3.0).eq(3.0).all().item<bool>());
  CHECK(rng.bernoulli({1000}, 0.0, at::kFloat).eq(0.0).all().item<bool>());
  CHECK(rng.normal({0}, at::kFloat).numel() == 0);
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
    for (const auto use :
         {SeedUse::kWeights, SeedUse::kSplit, SeedUse::kTraining,
          SeedUse::kInference, SeedUse::kShuffle})
      seeds.insert(derive_seed(seed, use));
  CHECK(seeds.size() == 20);
}
